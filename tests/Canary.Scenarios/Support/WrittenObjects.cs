using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Kubernetes.Api;
using Canary.Sandbox.ApiServer;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;
using SchemaNode = Canary.Architecture.Schemas.SchemaNode;
using SchemaValidator = Canary.Architecture.Schemas.SchemaValidator;

namespace Canary.Scenarios.Support;

/// <summary>Walks every state that the custom objects of one namespace ever have along the schemas of their definitions.</summary>
internal sealed class WrittenObjects : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, int> _states = new();
    private readonly ConcurrentDictionary<string, string> _problems = new();
    private readonly Dictionary<string, SchemaNode> _schemas;
    private readonly Task _following;

    private WrittenObjects(Shop shop, IEnumerable<(ResourceKind Kind, string Version)> starts)
    {
        _schemas = Definitions.Parsed().ToDictionary(
            definition => definition.Text("spec", "names", "kind")!,
            definition => new SchemaNode("", definition["spec"]!["versions"]!.AsArray().First(version => (bool)version!["storage"]!)!["schema"]!["openAPIV3Schema"]!.AsObject()));
        _following = Task.WhenAll(starts.Select(start => FollowAsync(shop, start.Kind, start.Version)));
    }

    /// <summary>How many states of each kind were seen.</summary>
    public IReadOnlyDictionary<string, int> States => _states;

    /// <summary>What was wrong, each with one state that it was wrong in.</summary>
    public IReadOnlyCollection<string> Problems => [.. _problems.Select(problem => $"{problem.Key} in {problem.Value}")];

    public static async Task<WrittenObjects> WatchAsync(Shop shop, params ResourceKind[] kinds)
    {
        var starts = new List<(ResourceKind, string)>();
        foreach (var kind in kinds)
        {
            starts.Add((kind, (await shop.Api.ListAsync(kind, shop.Namespace, null, CancellationToken.None)).ResourceVersion));
        }

        return new WrittenObjects(shop, starts);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following;
        _stopping.Dispose();
    }

    private async Task FollowAsync(Shop shop, ResourceKind kind, string version)
    {
        var request = new WatchRequest(kind, shop.Namespace, null, version, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        try
        {
            await foreach (var line in shop.Api.WatchLinesAsync(request, _stopping.Token))
            {
                if (JsonNode.Parse(line.Span)!.AsObject() is var news && (string)news["type"]! is "MODIFIED" or "ADDED")
                {
                    Check(kind.Kind, news["object"]!.AsObject());
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // the test has seen enough
        }
    }

    private void Check(string kind, JsonObject state)
    {
        _states.AddOrUpdate(kind, 1, (_, count) => count + 1);
        foreach (var part in new[] { "spec", "status" })
        {
            if (state[part] is { } value && _schemas[kind].Property(part) is { } schema)
            {
                foreach (var problem in SchemaValidator.Problems(schema, value))
                {
                    _problems.TryAdd($"{kind}.{part}{problem}", value.ToJsonString());
                }
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;

namespace Canary.Scenarios.Mesh;

/// <summary>Every state that one object ever had, by a watch.</summary>
internal sealed class MeshHistory : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<JsonObject> _states = new();
    private readonly Task _following;

    private MeshHistory(Shop shop, ResourceKind kind, JsonObject first)
    {
        First = first;
        _states.Enqueue(first);
        _following = FollowAsync(shop, kind, (string)first["metadata"]!["resourceVersion"]!);
    }

    public JsonObject First { get; }

    public IReadOnlyList<JsonObject> States => [.. _states];

    public static async Task<MeshHistory> OfAsync(Shop shop, ResourceKind kind) => new(shop, kind, await shop.GetAsync(kind));

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
                    _states.Enqueue(news["object"]!.DeepClone().AsObject());
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // the test has seen enough
        }
    }
}

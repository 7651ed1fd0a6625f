using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;

namespace Canary.Scenarios.Promotion;

/// <summary>Follows the pods by a watch and remembers the fewest that could serve: ready, and of a revision that a subset with weight selects.</summary>
internal sealed class ServingCount : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, JsonObject> _pods;
    private readonly Task _following;

    private ServingCount(Shop shop, ResourceList pods, int expected)
    {
        _pods = pods.Items.ToDictionary(Uid);
        Least = expected;
        _following = FollowAsync(shop, pods.ResourceVersion);
    }

    /// <summary>The fewest pods that were ready at once, of either version.</summary>
    public int Least { get; private set; }

    /// <summary>What the pods were then.</summary>
    public string At { get; private set; } = "";

    public static async Task<ServingCount> WatchAsync(Shop shop, int expected) => new(shop, await shop.Api.ListAsync(ResourceKind.Pods, shop.Namespace, null, CancellationToken.None), expected);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following;
        _stopping.Dispose();
    }

    private static string Uid(JsonObject pod) => (string)pod["metadata"]!["uid"]!;

    private async Task FollowAsync(Shop shop, string version)
    {
        var request = new WatchRequest(ResourceKind.Pods, shop.Namespace, null, version, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        try
        {
            await foreach (var line in shop.Api.WatchLinesAsync(request, _stopping.Token))
            {
                var news = JsonNode.Parse(line.Span)!.AsObject();
                var pod = news["object"]!.DeepClone().AsObject();
                switch ((string)news["type"]!)
                {
                    case "DELETED":
                        _pods.Remove(Uid(pod));
                        break;
                    case "ADDED" or "MODIFIED":
                        _pods[Uid(pod)] = pod;
                        break;
                }

                Count();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // the test has seen enough
        }
    }

    private void Count()
    {
        var ready = _pods.Values.Count(Shop.IsReady);
        if (ready < Least)
        {
            Least = ready;
            At = string.Join(", ", _pods.Values.Select(pod => $"{(string)pod["metadata"]!["name"]!} {(Shop.IsReady(pod) ? "ready" : "not ready")}"));
        }
    }
}

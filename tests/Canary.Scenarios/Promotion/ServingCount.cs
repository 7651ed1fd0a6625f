using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;

namespace Canary.Scenarios.Promotion;

/// <summary>
/// Follows pods, weights and subsets by watches, and tells from the cluster's one order of changes how many pods could serve at each moment: ready, and of a
/// revision that a subset with weight selects.
/// </summary>
internal sealed class ServingCount : IAsyncDisposable
{
    private static readonly ResourceKind[] Kinds = [ResourceKind.Pods, ResourceKind.VirtualServices, ResourceKind.DestinationRules];

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<JsonObject> _first;
    private readonly ConcurrentQueue<(string Type, JsonObject Item)> _news = new();
    private readonly Task _following;

    private ServingCount(Shop shop, IReadOnlyList<(ResourceKind Kind, ResourceList List)> lists)
    {
        _first = [.. lists.SelectMany(entry => entry.List.Items)];
        _following = Task.WhenAll(lists.Select(entry => FollowAsync(shop, entry.Kind, entry.List.ResourceVersion)));
    }

    public static async Task<ServingCount> WatchAsync(Shop shop)
    {
        var lists = new List<(ResourceKind, ResourceList)>();
        foreach (var kind in Kinds)
        {
            lists.Add((kind, await shop.Api.ListAsync(kind, shop.Namespace, null, CancellationToken.None)));
        }

        return new ServingCount(shop, lists);
    }

    /// <summary>The fewest pods that could serve at any moment so far, how many moments there were, and what it looked like.</summary>
    public (int Pods, int Moments, string Picture) Least()
    {
        var state = _first.ToDictionary(Uid);
        var least = (Pods: int.MaxValue, Moments: 0, Picture: "");
        foreach (var (type, item) in _news.OrderBy(news => Version(news.Item)))
        {
            if (type == "DELETED")
            {
                state.Remove(Uid(item));
            }
            else
            {
                state[Uid(item)] = item;
            }

            var (pods, picture) = Serving(state.Values);
            least = pods < least.Pods ? (pods, least.Moments + 1, picture) : least with { Moments = least.Moments + 1 };
        }

        return least;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following;
        _stopping.Dispose();
    }

    private static string Uid(JsonObject item) => (string)item["metadata"]!["uid"]!;

    private static long Version(JsonObject item) => long.Parse((string)item["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture);

    private static (int Pods, string Picture) Serving(IEnumerable<JsonObject> state)
    {
        var items = state.ToLookup(item => item["spec"]!["hosts"] is not null ? "VirtualService" : item["spec"]!["subsets"] is not null ? "DestinationRule" : "Pod");
        var subsets = items["DestinationRule"].Single()["spec"]!["subsets"]!.AsArray();
        var selected = items["VirtualService"].Single()["spec"]!["http"]![0]!["route"]!.AsArray()
            .Where(destination => (int)destination!["weight"]! > 0)
            .Select(destination => (string)subsets.Single(subset => (string)subset!["name"]! == (string)destination!["destination"]!["subset"]!)!["labels"]!["pod-template-hash"]!)
            .ToHashSet();
        var pods = items["Pod"].Select(pod => (Name: (string)pod["metadata"]!["name"]!, Serves: Shop.IsReady(pod) && selected.Contains((string?)pod["metadata"]!["labels"]!["pod-template-hash"] ?? ""))).ToList();
        return (pods.Count(pod => pod.Serves), $"to {string.Join(" and ", selected)}: {string.Join(", ", pods.Select(pod => pod.Serves ? pod.Name : $"({pod.Name})"))}");
    }

    private async Task FollowAsync(Shop shop, ResourceKind kind, string version)
    {
        var request = new WatchRequest(kind, shop.Namespace, null, version, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        try
        {
            await foreach (var line in shop.Api.WatchLinesAsync(request, _stopping.Token))
            {
                var news = JsonNode.Parse(line.Span)!.AsObject();
                if ((string)news["type"]! is "ADDED" or "MODIFIED" or "DELETED")
                {
                    _news.Enqueue(((string)news["type"]!, news["object"]!.DeepClone().AsObject()));
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // the test has seen enough
        }
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>One page of a list, all pages of which show the same revision.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Items, long Revision, string? Continue, long? Remaining)
{
    private const string ExpiredToken = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";

    /// <exception cref="ApiException">400 for an unreadable token or version, 410 for one whose revision is gone, 504 for one of the future.</exception>
    public static ListPage Read(ResourceStore store, WatchFilter filter, ApiRequest request)
    {
        var limit = int.TryParse(request.Query("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0 ? asked : int.MaxValue;
        var token = request.Query("continue");
        var (snapshot, after) = string.IsNullOrEmpty(token) ? (Snapshot(store, request), null) : Resume(store, token);

        var items = new List<StoredObject>();
        long remaining = 0;
        foreach (var stored in snapshot.In(filter.Namespace))
        {
            if (after is not null && Compare(stored, after.Value) <= 0)
            {
                continue;
            }

            if (!filter.Matches(stored))
            {
                continue;
            }

            if (items.Count < limit)
            {
                items.Add(stored);
            }
            else
            {
                remaining++;
            }
        }

        if (remaining == 0)
        {
            return new(items, snapshot.Revision, null, null);
        }

        store.KeepForPaging(snapshot);
        var selective = request.Query("labelSelector") is { Length: > 0 } || request.Query("fieldSelector") is { Length: > 0 };
        return new(items, snapshot.Revision, Token(snapshot.Revision, items[^1]), selective ? null : remaining);
    }

    private static StoreSnapshot Snapshot(ResourceStore store, ApiRequest request)
    {
        var latest = store.Latest();
        if (ParseRevision(request.Query("resourceVersion")) is not { } asked || asked == 0)
        {
            return latest;
        }

        if (asked > latest.Revision)
        {
            throw ApiErrors.TooLarge(asked, latest.Revision);
        }

        return request.Query("resourceVersionMatch") == "Exact"
            ? store.FindPage(asked) ?? throw ApiErrors.Expired("The resourceVersion for the provided list is too old.")
            : latest;
    }

    /// <exception cref="ApiException">400 when it is no number.</exception>
    public static long? ParseRevision(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw ApiErrors.BadRequest($"Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }

    private static (StoreSnapshot, (string Namespace, string Name)?) Resume(ResourceStore store, string token)
    {
        JsonNode? read;
        try
        {
            read = JsonTree.Parse(Convert.FromBase64String(token));
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException)
        {
            throw ApiErrors.BadRequest("continue key is not valid: " + unreadable.Message);
        }

        var snapshot = store.FindPage(read.Whole("rv") ?? 0) ?? throw ApiErrors.Expired(ExpiredToken);
        return (snapshot, (read.Text("namespace") ?? "", read.Text("name") ?? ""));
    }

    private static string Token(long revision, StoredObject last) => Convert.ToBase64String(Encoding.UTF8.GetBytes(
        new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = revision, ["namespace"] = last.Namespace, ["name"] = last.Name }.ToJsonString()));

    private static int Compare(StoredObject stored, (string Namespace, string Name) key)
    {
        var byNamespace = string.CompareOrdinal(stored.Namespace, key.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(stored.Name, key.Name);
    }
}

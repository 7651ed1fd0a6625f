using Canary.Sandbox.ApiServer;

namespace Canary.Benchmarks.Scale;

/// <summary>The requests of one rollout.</summary>
/// <param name="What">What became of it.</param>
/// <param name="Counts">How many of each kind: verb and resource.</param>
/// <param name="Repeated">Requests that did for the second time in a row, to the same object, what the one before them did.</param>
internal sealed record RequestStory(string What, IReadOnlyDictionary<(string Verb, string Resource), int> Counts, IReadOnlyList<string> Repeated)
{
    /// <summary>Counts requests.</summary>
    /// <param name="what">What became of the rollout.</param>
    /// <param name="log">Its requests in their order.</param>
    public static RequestStory Of(string what, IEnumerable<ApiRequestObservation> log)
    {
        var counts = new Dictionary<(string, string), int>();
        var last = new Dictionary<string, ApiRequestObservation>();
        var repeated = new List<string>();
        foreach (var seen in log)
        {
            var (resource, item) = Parse(seen.Path);
            counts[(seen.Verb, resource)] = counts.GetValueOrDefault((seen.Verb, resource)) + 1;
            if (item is null)
            {
                continue; // a creation has no name yet, and two of the same are refused by the server
            }

            if (last.TryGetValue(item, out var before) && before.Verb == seen.Verb && before.Path == seen.Path && before.Body == seen.Body)
            {
                repeated.Add($"{seen.Verb} {seen.Path}");
            }

            last[item] = seen;
        }

        return new RequestStory(what, counts, repeated);
    }

    /// <summary>The resource with its subresource, and the path of the object; null for a collection.</summary>
    private static (string Resource, string? Item) Parse(string path)
    {
        // /api/v1/namespaces/x/pods/y/status and /apis/group/v1/namespaces/x/...
        var parts = path.Trim('/').Split('/');
        var at = Array.IndexOf(parts, "namespaces") + 2;
        return (parts.Length > at + 2 ? $"{parts[at]}/{parts[at + 2]}" : parts[at], parts.Length > at + 1 ? string.Join('/', parts[..(at + 2)]) : null);
    }
}

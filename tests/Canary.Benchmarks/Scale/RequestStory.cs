using System.Text.Json.Nodes;
using Canary.Sandbox.ApiServer;

namespace Canary.Benchmarks.Scale;

/// <summary>The requests of one rollout.</summary>
/// <param name="What">What became of it.</param>
/// <param name="Counts">How many of each kind: verb and resource.</param>
/// <param name="Repeated">
/// Requests without a cause: reads of an object that was read before and of which nothing was made since, and writes of what was written before (another resourceVersion
/// makes no difference).
/// </param>
internal sealed record RequestStory(string What, IReadOnlyDictionary<(string Verb, string Resource), int> Counts, IReadOnlyList<string> Repeated)
{
    /// <summary>Counts requests.</summary>
    /// <param name="what">What became of the rollout.</param>
    /// <param name="log">Its requests in their order.</param>
    public static RequestStory Of(string what, IEnumerable<ApiRequestObservation> log)
    {
        var counts = new Dictionary<(string, string), int>();
        var last = new Dictionary<string, (ApiRequestObservation Request, string Body, int Writes)>();
        var repeated = new List<string>();
        var writes = 0;
        foreach (var seen in log)
        {
            var (resource, item) = Parse(seen.Path);
            counts[(seen.Verb, resource)] = counts.GetValueOrDefault((seen.Verb, resource)) + 1;
            writes += seen.IsWrite ? 1 : 0;
            if (item is null)
            {
                continue; // a creation has no name yet, and the server refuses the second of the same
            }

            var body = WithoutVersion(seen.Body);
            if (last.TryGetValue(item, out var before) && before.Request.Verb == seen.Verb && before.Request.Path == seen.Path && before.Body == body && (seen.IsWrite || before.Writes == writes))
            {
                repeated.Add($"{seen.Verb} {seen.Path}");
            }

            last[item] = (seen, body, writes);
        }

        return new RequestStory(what, counts, repeated);
    }

    private static string WithoutVersion(string body)
    {
        if (!body.StartsWith('{') || JsonNode.Parse(body) is not JsonObject parsed || parsed["metadata"] is not JsonObject metadata)
        {
            return body;
        }

        metadata.Remove("resourceVersion");
        return parsed.ToJsonString();
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

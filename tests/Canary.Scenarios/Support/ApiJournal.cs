using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Sandbox.ApiServer;

namespace Canary.Scenarios.Support;

/// <summary>Every write, in order: as the sandbox's API server saw it, or as the clients of a real one sent it.</summary>
internal sealed class ApiJournal
{
    private readonly ConcurrentQueue<Entry> _entries = new();

    public void Note(ApiRequestObservation seen)
    {
        if (seen.IsWrite)
        {
            _entries.Enqueue(new Entry(TimeProvider.System.GetTimestamp(), seen));
        }
    }

    /// <summary>The writes in one namespace so far.</summary>
    public List<Entry> In(string ns) => [.. _entries.Where(entry => entry.Request.Path.Contains($"/namespaces/{ns}/", StringComparison.Ordinal))];

    /// <summary>One write.</summary>
    /// <param name="At">When it was done and about to be answered; of a real server, when it had been.</param>
    /// <param name="Request">What was asked.</param>
    internal sealed record Entry(long At, ApiRequestObservation Request)
    {
        public bool Done => Request.ResultCode is >= 200 and < 300;

        public bool IsEngines => Request.Query.Contains("fieldManager=canary&", StringComparison.Ordinal);

        public bool IsOn(string plural, string? subresource = null)
        {
            var parts = Request.Path.Split('/');
            var at = Array.IndexOf(parts, plural);
            return at > 0 && (subresource is null ? parts.Length <= at + 2 : parts.Length == at + 3 && parts[^1] == subresource);
        }

        /// <summary>What a JSON patch sets at a path; null when it does not.</summary>
        public JsonNode? Sets(string path) => Request.Body.StartsWith('[')
            ? JsonNode.Parse(Request.Body)!.AsArray().LastOrDefault(operation => (string)operation!["op"]! != "test" && (string)operation["path"]! == path)?["value"]
            : null;
    }
}

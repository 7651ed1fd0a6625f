using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;
using ApiRequestObservation = Canary.Sandbox.ApiServer.ApiRequestObservation;

namespace Canary.Scenarios.Crash;

/// <summary>Everything that happened in one namespace: each version of each object, in the order of the server's one revision clock. Thread-safe.</summary>
internal sealed class Journal(string ns)
{
    private readonly Lock _lock = new();
    private readonly List<JournalEntry> _entries = [];
    private readonly Dictionary<(string Kind, string Name), JsonObject> _present = [];
    private readonly List<string> _problems = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, double> _counted = [];

    public string Namespace { get; } = ns;

    /// <summary>What the pods of the namespace tell of their requests.</summary>
    public PodCounters Counters { get; } = new();

    /// <summary>What was wrong in writes, as they came.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_lock)
            {
                return [.. _problems];
            }
        }
    }

    /// <summary>Completes at the next change.</summary>
    public Task NextChange
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>All versions so far, in order.</summary>
    public IReadOnlyList<JournalEntry> Entries()
    {
        lock (_lock)
        {
            return [.. _entries.OrderBy(entry => entry.Revision)];
        }
    }

    public JsonObject? Find(string kind, string name)
    {
        lock (_lock)
        {
            return _present.GetValueOrDefault((kind, name));
        }
    }

    public IReadOnlyList<JsonObject> All(string kind)
    {
        lock (_lock)
        {
            return [.. _present.Where(pair => pair.Key.Kind == kind).Select(pair => pair.Value).OrderBy(found => found.Name(), StringComparer.Ordinal)];
        }
    }

    /// <summary>Takes a version as the server stores it. A watch may leave versions out when it has to list again, and then the order of two objects is lost.</summary>
    /// <param name="stored">The object; read only.</param>
    /// <param name="deleted">Whether it is gone.</param>
    public void Stored(JsonObject stored, bool deleted)
    {
        var (kind, name) = (stored.Text("kind")!, stored.Name()); // the server stores nothing without them
        TaskCompletionSource woken;
        lock (_lock)
        {
            if (deleted)
            {
                _present.Remove((kind, name));
            }
            else
            {
                _present[(kind, name)] = stored;
            }

            _entries.Add(new JournalEntry(long.Parse(stored.ResourceVersion()!, CultureInfo.InvariantCulture), kind, name, deleted ? null : stored));
            (woken, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        woken.TrySetResult();
    }

    /// <summary>Takes a write that the server has executed and not yet answered: evidence must be within what the pods have counted up to now, and never fall.</summary>
    public void Answered(ApiRequestObservation request)
    {
        if (request.Verb != "update" || !request.Path.Contains("/analysisruns/", StringComparison.Ordinal) || !request.Path.EndsWith("/status", StringComparison.Ordinal))
        {
            return;
        }

        var metric = JsonNode.Parse(request.Body).Items("status", "metrics").FirstOrDefault();
        var candidate = metric.Number("candidateRequests") ?? 0;
        var counted = Counters.Of(Core.Analysis.ArmName.Candidate);
        lock (_lock)
        {
            if (candidate > counted)
            {
                _problems.Add($"the evidence holds {candidate} requests of the candidate, whose pods counted {counted}");
            }

            var before = _counted.GetValueOrDefault(request.Path);
            if (candidate < before)
            {
                _problems.Add($"the evidence fell from {before} to {candidate} requests of the candidate");
            }

            _counted[request.Path] = Math.Max(before, candidate);
        }
    }
}

/// <summary>One version of one object.</summary>
/// <param name="Revision">The server's clock.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its name.</param>
/// <param name="Object">The object; null when it was deleted.</param>
internal sealed record JournalEntry(long Revision, string Kind, string Name, JsonObject? Object);

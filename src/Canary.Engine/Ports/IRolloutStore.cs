using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;

namespace Canary.Engine.Ports;

/// <summary>Where Rollouts are read and their status is stored. Thread-safe.</summary>
public interface IRolloutStore
{
    /// <summary>Something about a rollout changed; true when it is urgent, as a command is.</summary>
    event Action<RolloutKey, bool>? Changed;

    /// <summary>Lists every Rollout that is known.</summary>
    /// <returns>The keys, in any order.</returns>
    IReadOnlyCollection<RolloutKey> List();

    /// <summary>Reads everything about a rollout from memory; never waits for the outside.</summary>
    /// <param name="key">Which.</param>
    /// <param name="at">The time of the pass.</param>
    /// <returns>The snapshot; null when the Rollout is gone.</returns>
    Snapshot? Observe(RolloutKey key, DateTimeOffset at);

    /// <summary>Stores the status, changed or not, on the condition that the Rollout is still as it was read.</summary>
    /// <param name="snapshot">What was read.</param>
    /// <param name="status">What to remember.</param>
    /// <param name="cancellation">Cancels between attempts.</param>
    /// <returns>How it went.</returns>
    Task<StoreResult> StoreStatusAsync(Snapshot snapshot, RolloutStatus status, CancellationToken cancellation);

    /// <summary>Stores the evidence of an AnalysisRun, on the condition that it is still as it was read.</summary>
    /// <param name="snapshot">What was read.</param>
    /// <param name="state">The evidence.</param>
    /// <param name="verdict">What it says.</param>
    /// <param name="cancellation">Cancels between attempts.</param>
    /// <returns>How it went; a failure loses nothing, for counters are cumulative.</returns>
    Task<StoreResult> StoreEvidenceAsync(Snapshot snapshot, AnalysisState state, Verdict verdict, CancellationToken cancellation);
}

/// <summary>How storing went.</summary>
public enum StoreResult
{
    /// <summary>It is stored.</summary>
    Stored,

    /// <summary>Somebody else was first: look again, touch nothing.</summary>
    LostRace,

    /// <summary>The store cannot be reached or refuses: only lower exposure.</summary>
    Failed,

    /// <summary>The object is gone.</summary>
    Gone,
}

/// <summary>Everything about one rollout at one time, from one read of the caches.</summary>
public sealed record Snapshot
{
    /// <summary>What the rules see; its verdict is filled in by the engine.</summary>
    public required Observation Observation { get; init; }

    /// <summary>The Rollout's resourceVersion: the fence.</summary>
    public required string Version { get; init; }

    /// <summary>The Rollout's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>The AnalysisRun under way with its evidence; null when there is none.</summary>
    public AnalysisRecord? Analysis { get; init; }

    /// <summary>The live pods of both arms.</summary>
    public ValueList<PodTarget> Pods { get; init; } = [];
}

/// <summary>An AnalysisRun under way.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its resourceVersion.</param>
/// <param name="Metrics">What is judged, as pinned when the rollout started.</param>
/// <param name="Spec">How it is judged, as pinned.</param>
/// <param name="State">The evidence so far.</param>
public sealed record AnalysisRecord(string Name, string Version, ValueList<MetricSpec> Metrics, AnalysisSpec Spec, AnalysisState State);

/// <summary>A pod to measure.</summary>
public sealed record PodTarget
{
    /// <summary>Its uid.</summary>
    public required string Uid { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its revision's arm.</summary>
    public required ArmName Arm { get; init; }

    /// <summary>Its IP address.</summary>
    public required string Address { get; init; }

    /// <summary>Container restarts: part of what tells that counters started again.</summary>
    public required int Restarts { get; init; }

    /// <summary>Since when it is ready.</summary>
    public required DateTimeOffset ReadySince { get; init; }

    /// <summary>Named ports of its containers.</summary>
    public ValueList<NamedPort> Ports { get; init; } = [];

    /// <summary>Its annotation <c>prometheus.io/port</c>; null when absent.</summary>
    public string? ScrapePort { get; init; }

    /// <summary>Its annotation <c>prometheus.io/path</c>; null when absent.</summary>
    public string? ScrapePath { get; init; }
}

/// <summary>A container's named port.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Port">A number in [1, 65535].</param>
public sealed record NamedPort(string Name, int Port);

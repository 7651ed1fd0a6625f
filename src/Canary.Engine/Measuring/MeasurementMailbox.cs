using System.Collections.Concurrent;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Engine.Measuring;

/// <summary>Holds the latest round of each rollout until a pass takes it. Thread-safe.</summary>
/// <remarks>One round a rollout is enough: counters are cumulative, so a later round holds all that an earlier one told.</remarks>
internal sealed class MeasurementMailbox
{
    private readonly ConcurrentDictionary<RolloutKey, Letter> _letters = [];

    /// <summary>Leaves a round in place of an earlier one.</summary>
    /// <param name="key">Which rollout.</param>
    /// <param name="analysis">The AnalysisRun that it was read for.</param>
    /// <param name="measurement">The round.</param>
    public void Post(RolloutKey key, string analysis, Measurement measurement) => _letters[key] = new Letter(analysis, measurement);

    /// <summary>Takes the round out. One that was read for another AnalysisRun is thrown away: its arms are not those of this one.</summary>
    /// <returns>The round; null when there is none for <paramref name="analysis"/>.</returns>
    public Measurement? Take(RolloutKey key, string? analysis) =>
        _letters.TryRemove(key, out var letter) && letter.Analysis == analysis ? letter.Measurement : null;

    /// <summary>Puts back a round that was not counted, unless a later one has come.</summary>
    public void Return(RolloutKey key, string analysis, Measurement measurement) => _letters.TryAdd(key, new Letter(analysis, measurement));

    /// <summary>Throws away what is there.</summary>
    public void Remove(RolloutKey key) => _letters.TryRemove(key, out _);

    private sealed record Letter(string Analysis, Measurement Measurement);
}

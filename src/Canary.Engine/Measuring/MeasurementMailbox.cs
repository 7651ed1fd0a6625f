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
    public void Post(RolloutKey key, Letter letter) => _letters[key] = letter;

    /// <summary>Takes the round out. One that was read for another AnalysisRun is thrown away: its arms are not those of this one.</summary>
    /// <returns>The round; null when there is none for <paramref name="analysis"/>.</returns>
    public Letter? Take(RolloutKey key, string? analysis) =>
        _letters.TryRemove(key, out var letter) && letter.Analysis == analysis ? letter : null;

    /// <summary>Puts back a round that was not counted, unless a later one has come.</summary>
    public void Return(RolloutKey key, Letter letter) => _letters.TryAdd(key, letter);

    /// <summary>Throws away what is there.</summary>
    public void Remove(RolloutKey key) => _letters.TryRemove(key, out _);

    /// <summary>A round that waits for a pass.</summary>
    /// <param name="Analysis">The AnalysisRun that it was read for.</param>
    /// <param name="Measurement">The round.</param>
    /// <param name="Due">When it was due.</param>
    internal sealed record Letter(string Analysis, Measurement Measurement, DateTimeOffset Due);
}

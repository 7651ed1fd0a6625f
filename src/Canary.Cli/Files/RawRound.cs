using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Cli.Files;

/// <summary>A round of a file, its readings still by the names of their metrics.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Weight">The candidate's percent of the requests; null when the file does not say.</param>
/// <param name="ExposedSince">Since when the candidate gets requests; null when the file does not say.</param>
/// <param name="Pods">The pods, without readings.</param>
/// <param name="Readings">For each pod, its readings by metric.</param>
internal sealed record RawRound(
    DateTimeOffset At, Weight? Weight, DateTimeOffset? ExposedSince, IReadOnlyList<PodReading> Pods, IReadOnlyList<IReadOnlyDictionary<string, MetricReading>> Readings);

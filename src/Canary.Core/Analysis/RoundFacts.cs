using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>One round of readings, as one metric sees it.</summary>
/// <param name="Index">The metric's place in each pod's readings.</param>
/// <param name="Spec">How the candidate is judged.</param>
/// <param name="Exposure">Since when requests count.</param>
/// <param name="Measurement">The round.</param>
internal sealed record RoundFacts(int Index, AnalysisSpec Spec, Exposure Exposure, Measurement Measurement)
{
    public DateTimeOffset At => Measurement.At;

    /// <summary>What a pod says of the metric; null when it could not be read.</summary>
    public MetricReading? ReadingOf(PodReading pod) => pod.Failure is null && Index < pod.Metrics.Count ? pod.Metrics[Index] : null;
}

/// <summary>What became of a round.</summary>
/// <param name="State">The metric with the round in it.</param>
/// <param name="Informed">Whether the evidence moved.</param>
/// <param name="Share">Requests of all pods since every proxy knows the weight; null when none were read.</param>
internal sealed record RoundResult(MetricState State, bool Informed, ShareCount? Share);

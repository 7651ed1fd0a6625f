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

    /// <summary>The arm that the candidate is compared with; before the exposure what is usual is learned from the pods that serve, whose template a fresh baseline shares.</summary>
    public ArmName Compared => Spec.Baseline == BaselineKind.Fresh && Exposure.Since is not null ? ArmName.Baseline : ArmName.Stable;

    /// <summary>The arms that must tell something.</summary>
    /// <param name="compares">Whether the metric compares them.</param>
    public ReadOnlySpan<ArmName> Needed(bool compares) => this switch
    {
        // the candidate may well have no pod yet, and the stable revision can be learned from all the same
        { Exposure.Since: null } => [ArmName.Stable],

        // a fresh baseline has gone by then: nothing is left to be compared
        { Compared: ArmName.Baseline, Exposure.Weight.Percent: 100 } => [ArmName.Candidate],
        { Compared: ArmName.Baseline } when compares => [ArmName.Baseline, ArmName.Candidate],
        _ when compares => [ArmName.Stable, ArmName.Candidate],
        _ => [ArmName.Candidate],
    };

    /// <summary>What a pod says of the metric; null when it could not be read.</summary>
    public MetricReading? ReadingOf(PodReading pod) => pod.Failure is null && Index < pod.Metrics.Count ? pod.Metrics[Index] : null;
}

/// <summary>What became of a round.</summary>
/// <param name="State">The metric with the round in it.</param>
/// <param name="Informed">Whether the evidence moved.</param>
/// <param name="Share">Requests of all pods since every proxy knows the weight; null when none were read.</param>
internal sealed record RoundResult(MetricState State, bool Informed, ShareCount? Share);

using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Testing;

namespace Canary.Core.Tests.Analysis;

/// <summary>Feeds the judge round after round, five seconds apart, with the stored state as its only memory.</summary>
internal sealed class JudgeBench
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static MetricSpec.ErrorRate Errors { get; } = (MetricSpec.ErrorRate)TestSpecs.Metrics[0];

    public static MetricSpec.Latency Latency { get; } = (MetricSpec.Latency)TestSpecs.Metrics[1];

    public static ValueList<double> Bounds { get; } = [10, 100, double.PositiveInfinity];

    public AnalysisSpec Spec { get; set; } = new() { WarmUp = TimeSpan.Zero };

    public ValueList<MetricSpec> Metrics { get; set; } = [Errors];

    public Exposure Exposure { get; set; } = new(Noon, new Weight(50), Noon);

    public AnalysisState State { get; set; } = AnalysisState.Empty;

    public DateTimeOffset Now { get; set; } = Noon;

    public Verdict Verdict => Judge.Conclude(Metrics, Spec, State);

    public MetricState Metric => State.Metrics[0];

    /// <summary>What was counted: requests and errors of the stable revision, then of the candidate.</summary>
    public (double, double, double, double) Counted => (At(Metric.Stable, 0), At(Metric.Stable, 1), At(Metric.Candidate, 0), At(Metric.Candidate, 1));

    public AnalysisState Round(params PodReading[] pods)
    {
        State = Judge.Advance(Metrics, Spec, State, Exposure, Measure(pods));
        Now += Spec.Interval;
        return State;
    }

    public Measurement Measure(params PodReading[] pods) => new(Now, pods.Select(pod => pod.At == default ? pod with { At = Now } : pod).ToValueList());

    public static PodReading Stable(MetricReading reading, string uid = "s1", string epoch = "0") => Pod(ArmName.Stable, uid, epoch, reading);

    public static PodReading Candidate(MetricReading reading, string uid = "c1", string epoch = "0") => Pod(ArmName.Candidate, uid, epoch, reading);

    public static PodReading Pod(ArmName arm, string uid, string epoch, params MetricReading[] readings) => new()
    {
        Uid = uid,
        Pod = $"checkout-{uid}",
        Arm = arm,
        Epoch = epoch,
        ReadySince = Noon.AddHours(-1),
        At = default,
        Metrics = readings.ToValueList(),
    };

    public static PodReading Failed(ArmName arm, string uid, string words = "connection refused") => Pod(arm, uid, "0") with { Failure = words };

    public static MetricReading Counts(double requests, double errors = 0) => new MetricReading.Counts(requests, errors);

    public static MetricReading Absent { get; } = new MetricReading.Absent();

    public static MetricReading Buckets(params double[] cumulative) => new MetricReading.Buckets(Bounds, cumulative.ToValueList());

    private static double At(ValueList<double> values, int index) => index < values.Count ? values[index] : 0;
}

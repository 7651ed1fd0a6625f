namespace Canary.Core.Analysis;

/// <summary>Judges the ratio of requests slower than an objective, as a ratio of errors.</summary>
internal sealed class ObjectiveJudge(MetricSpec.Latency metric, double slowerThan) : CountJudge(metric, metric.Margins, metric.Clustering)
{
    private const int Width = 2;

    private protected override string What => $"{Metric.Name} over {Phrase.Milliseconds(slowerThan)}";

    public override (MetricState State, int Width, string? Problem) Prepare(MetricState state, RoundFacts facts)
    {
        foreach (var pod in facts.Measurement.Pods)
        {
            if (facts.ReadingOf(pod) is MetricReading.Buckets buckets && IndexOf(buckets) < 0)
            {
                var bounds = string.Join(", ", buckets.UpperBounds.Where(double.IsFinite).Select(Phrase.Milliseconds));
                return (state, Width, $"{pod.Pod} has no bucket up to {Phrase.Milliseconds(slowerThan)}; write one of its bounds as slowerThan: {bounds}");
            }
        }

        return (state, Width, null);
    }

    public override ValueList<double>? Read(MetricReading reading, MetricState state, int width) => reading switch
    {
        MetricReading.Buckets buckets when IndexOf(buckets) is >= 0 and var index => [buckets.Cumulative[^1], buckets.Cumulative[^1] - buckets.Cumulative[index]],
        MetricReading.Absent => [0, 0],
        _ => null,
    };

    // bounds come from decimal texts of two units: equal but for rounding is equal
    private int IndexOf(MetricReading.Buckets buckets)
    {
        for (var i = 0; i < buckets.UpperBounds.Count; i++)
        {
            if (Math.Abs(buckets.UpperBounds[i] - slowerThan) <= 1e-9 * slowerThan)
            {
                return i;
            }
        }

        return -1;
    }
}

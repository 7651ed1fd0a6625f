namespace Canary.Core.Analysis;

/// <summary>Judges the ratio of failed requests.</summary>
internal sealed class ErrorRateJudge(MetricSpec.ErrorRate metric) : CountJudge(metric, metric.Margins, metric.Clustering)
{
    private const int Width = 2;

    private protected override string What => Metric.Name;

    public override (MetricState State, int Width, string? Problem) Prepare(MetricState state, RoundFacts facts) => (state, Width, null);

    public override ValueList<double>? Read(MetricReading reading, MetricState state, int width) => reading switch
    {
        MetricReading.Counts counts => [counts.Requests, counts.Errors],
        MetricReading.Absent => [0, 0],
        _ => null,
    };
}

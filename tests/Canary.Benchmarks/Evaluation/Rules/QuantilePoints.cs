using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>The p99 of each minute in milliseconds, interpolated as Prometheus does.</summary>
/// <param name="layout">The buckets.</param>
internal sealed class QuantilePoints(Layout layout) : IMinutePoints<LatencyBlock>
{
    private const double Quantile = 0.99;
    private LatencyBlock _minute = LatencyBlock.Empty();

    public void Add(LatencyBlock block)
    {
        for (var bucket = 0; bucket < block.Candidate.Length; bucket++)
        {
            _minute.Candidate[bucket] += block.Candidate[bucket];
            _minute.Baseline[bucket] += block.Baseline[bucket];
        }
    }

    public (double Candidate, double Baseline) Take()
    {
        var points = (Point(_minute.Candidate), Point(_minute.Baseline));
        _minute = LatencyBlock.Empty();
        return points;
    }

    private double Point(double[] counts) => Histograms.Quantile(layout.Bounds, Histograms.Cumulative(layout.Collect(counts)), Quantile);
}

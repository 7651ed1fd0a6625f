using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>What people do by hand: the one-sided t test of mean latencies on all requests so far, again and again, here with each request at the middle of its bucket.</summary>
/// <param name="quantile">Normal quantile that decides.</param>
/// <param name="period">Blocks between two looks.</param>
internal sealed class MeanTest(double quantile, int period) : IRule<LatencyBlock>
{
    private static readonly double[] Middles = [.. Enumerable.Range(0, Layout.All.Count + 1).Select(Middle)];
    private Sums _candidate;
    private Sums _baseline;
    private int _blocks;

    public Call See(in Reading<LatencyBlock> reading)
    {
        _candidate = _candidate.Plus(reading.Block.Candidate);
        _baseline = _baseline.Plus(reading.Block.Baseline);
        if (++_blocks % period != 0 || _candidate.Count < 2 || _baseline.Count < 2)
        {
            return Call.Continue;
        }

        var error = Math.Sqrt(_candidate.Variance / _candidate.Count + _baseline.Variance / _baseline.Count);
        return _candidate.Mean - _baseline.Mean > quantile * error && error > 0 ? Call.RollBack : Call.Continue;
    }

    private static double Middle(int bucket) =>
        bucket == 0 ? Layout.All[0] / 2 : bucket == Layout.All.Count ? Layout.All[^1] : (Layout.All[bucket - 1] + Layout.All[bucket]) / 2;

    private readonly record struct Sums(double Count, double Sum, double Squares)
    {
        public double Mean => Sum / Count;

        public double Variance => (Squares - Sum * Sum / Count) / (Count - 1);

        public Sums Plus(double[] counts)
        {
            var (count, sum, squares) = this;
            for (var bucket = 0; bucket < counts.Length; bucket++)
            {
                count += counts[bucket];
                sum += counts[bucket] * Middles[bucket];
                squares += counts[bucket] * Middles[bucket] * Middles[bucket];
            }

            return new(count, sum, squares);
        }
    }
}

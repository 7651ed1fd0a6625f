using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges the distribution of response times by the sequential ordered-histogram test.</summary>
internal sealed class LatencyJudge(MetricSpec metric, AnalysisSpec spec) : MetricJudge(metric)
{
    private const string Test = "latency";

    /// <summary>Half-life of what is remembered of the stable distribution (statistics, default of 5 minutes).</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(5);

    /// <summary>From this evidence on (e to 1) it is said what the difference looks like; below, it would be a guess.</summary>
    private const double EvidenceToDescribe = 1;

    private readonly LatencyTestSettings _settings = new(
        metric.Margins.Ratio,
        metric.Margins.Difference,
        halfLifeBlocks: Math.Max(1, HalfLife / spec.Interval),
        acceptance: CountTestSettings.Acceptance(metric.Margins.AcceptRatio, metric.Margins.AcceptDifference));

    public override (MetricState State, int Width, string? Problem) Prepare(MetricState state, int index, Measurement measurement)
    {
        foreach (var pod in measurement.Pods)
        {
            if (pod.Failure is not null || index >= pod.Metrics.Count || pod.Metrics[index] is not MetricReading.Buckets buckets)
            {
                continue;
            }

            if (state.UpperBounds.Count == 0)
            {
                state = state with { UpperBounds = buckets.UpperBounds };
            }
            else if (!state.UpperBounds.Equals(buckets.UpperBounds))
            {
                return (state, state.UpperBounds.Count, $"{pod.Pod} has other buckets than the histogram that the test began with");
            }
        }

        return (state, state.UpperBounds.Count, null);
    }

    public override ValueList<double>? Read(MetricReading reading, int width) => reading switch
    {
        MetricReading.Buckets buckets => buckets.Cumulative,
        MetricReading.Absent => new double[width].ToValueList(),
        _ => null,
    };

    public override double Requests(IReadOnlyList<double> values) => values.Count == 0 ? 0 : values[^1];

    public override MetricState Count(MetricState state, double[] stable, double[] candidate, bool exposed)
    {
        if (Requests(stable) == 0 && Requests(candidate) == 0)
        {
            return state;
        }

        var block = new HistogramBlock(Bounds(state), Histograms.BucketCounts(candidate), Histograms.BucketCounts(stable));
        var counted = state with { Tests = [Store(Test, LatencyTest.Advance(_settings, Read(state), block).State.ToNumbers())] };
        return exposed && block.IsInformative
            ? counted with
            {
                Stable = Sum(state.Stable, Histograms.Cumulative(block.Baseline)),
                Candidate = Sum(state.Candidate, Histograms.Cumulative(block.Candidate)),
            }
            : counted;
    }

    public override MetricVerdict Conclude(MetricState state, double accepted, bool ended)
    {
        if (state.UpperBounds.Count == 0)
        {
            return new MetricVerdict { Name = Metric.Name, Measurement = state.Last, Sentence = Sentence(state) };
        }

        var test = Read(state);
        var acceptance = LatencyTest.LogAcceptance(_settings, test);
        var highest = test.Thresholds.Select(threshold => threshold.Test.MaximumLogEvidence).DefaultIfEmpty(0).Min();
        var bound = test.Thresholds.Count > 0 ? test.Thresholds[^1].BoundIndex : state.UpperBounds.Count - 1;
        var (stable, candidate) = (Requests(state.Stable), Requests(state.Candidate));
        var (stableSlow, candidateSlow) = (Slower(state.Stable, bound), Slower(state.Candidate, bound));
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = test.IsRunning && IsAccepted(acceptance, highest, accepted, ended),
            StableRequests = stable,
            StableBad = stableSlow,
            CandidateRequests = candidate,
            CandidateBad = candidateSlow,
            Ratio = stableSlow > 0 && candidate > 0 ? candidateSlow / candidate / (stableSlow / stable) : null,
            LogEvidence = LatencyTest.LogEvidence(test),
            LogAcceptance = acceptance,
            Sentence = Sentence(state),
        };
    }

    public override string Describe(MetricState state)
    {
        if (Requests(state.Candidate) == 0)
        {
            return NothingYet(state);
        }

        var test = Read(state);
        var looks = LatencyTest.LogEvidence(test) > EvidenceToDescribe && LatencyTest.Dominant(_settings, test) is { } dominant ? $", looks like {dominant.Alternative.Description}" : "";
        return $"{Metric.Name} {Quantile(state, 0.5)}, {Quantile(state, 0.99)}{looks}";
    }

    private static string Quantile(MetricState state, double probability)
    {
        var bounds = Bounds(state);
        return string.Create(Culture, $"p{100 * probability:0} {Milliseconds(Histograms.Quantile(bounds, state.Candidate, probability))} against {Milliseconds(Histograms.Quantile(bounds, state.Stable, probability))}");
    }

    private static string Milliseconds(double value) => value switch
    {
        >= 100 => string.Create(Culture, $"{value:N0} ms"),
        >= 10 => string.Create(Culture, $"{value:0.#} ms"),
        _ => string.Create(Culture, $"{value:0.##} ms"),
    };

    private static double Slower(ValueList<double> cumulative, int bound) => bound < cumulative.Count ? cumulative[^1] - cumulative[bound] : 0;

    private static NumberList Bounds(MetricState state) => NumberList.Create(state.UpperBounds.AsSpan()[..^1]);

    private LatencyTestState Read(MetricState state) => Numbers(state, Test) is { } numbers ? LatencyTestState.FromNumbers(numbers) : LatencyTest.Start(_settings, Bounds(state));
}

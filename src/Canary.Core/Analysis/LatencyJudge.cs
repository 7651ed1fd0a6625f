using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges the distribution of response times by the sequential ordered-histogram test.</summary>
internal sealed class LatencyJudge(MetricSpec metric, AnalysisSpec spec) : MetricJudge(metric)
{
    private const string Test = "latency";

    /// <summary>Half-life of what is remembered of the stable distribution (statistics, default of 5 minutes).</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(5);

    private readonly LatencyTestSettings _settings = new(
        metric.Margins.Ratio,
        metric.Margins.Difference,
        halfLifeBlocks: Math.Max(1, HalfLife / spec.Interval),
        acceptance: CountTestSettings.Acceptance(metric.Margins.AcceptRatio, metric.Margins.AcceptDifference));

    public override (MetricState State, int Width, (MeasurementState State, string Reason)? Problem) Prepare(MetricState state, int index, Measurement measurement)
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
            else if (state.UpperBounds != buckets.UpperBounds)
            {
                return (state, state.UpperBounds.Count, (MeasurementState.NoData, $"{pod.Pod} has other buckets than the histogram that the test began with"));
            }
        }

        return (state, state.UpperBounds.Count, null);
    }

    public override double Requests(double[] values) => values.Length == 0 ? 0 : values[^1];

    public override MetricState Count(MetricState state, double[] stable, double[] candidate, bool exposed)
    {
        if (Requests(stable) == 0 && Requests(candidate) == 0)
        {
            return state;
        }

        var bounds = NumberList.From(state.UpperBounds.Take(state.UpperBounds.Count - 1));
        var block = new HistogramBlock(bounds, Buckets(candidate), Buckets(stable));
        var test = LatencyTest.Advance(_settings, Read(state), block).State;
        state = state with { Tests = [Store(Test, test.ToNumbers())] };
        return exposed ? state with { Stable = Sum(state.Stable, stable), Candidate = Sum(state.Candidate, candidate) } : state;
    }

    public override MetricVerdict Conclude(MetricState state, double accepted)
    {
        if (state.UpperBounds.Count == 0)
        {
            return new MetricVerdict { Name = Metric.Name, Measurement = state.Last, Sentence = state.Last == MeasurementState.Value ? $"{Metric.Name}: no requests counted yet" : Unknown(state) };
        }

        var test = Read(state);
        var evidence = LatencyTest.LogEvidence(test);
        var acceptance = LatencyTest.LogAcceptance(_settings, test);
        var bound = test.Thresholds.Count > 0 ? test.Thresholds[^1].BoundIndex : state.UpperBounds.Count - 1;
        var stableSlow = Slower(state.Stable, bound);
        var candidateSlow = Slower(state.Candidate, bound);
        var stableRequests = Requests([.. state.Stable]);
        var candidateRequests = Requests([.. state.Candidate]);
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = test.IsRunning && acceptance >= accepted,
            StableRequests = stableRequests,
            StableBad = stableSlow,
            CandidateRequests = candidateRequests,
            CandidateBad = candidateSlow,
            Ratio = stableSlow > 0 && candidateRequests > 0 ? candidateSlow / candidateRequests / (stableSlow / stableRequests) : null,
            LogEvidence = evidence,
            LogAcceptance = acceptance,
            Sentence = state.Last == MeasurementState.Value || evidence >= accepted ? Sentence(state, test, evidence) : Unknown(state),
        };
    }

    private string Sentence(MetricState state, LatencyTestState test, double evidence)
    {
        if (Requests([.. state.Candidate]) == 0 || Requests([.. state.Stable]) == 0)
        {
            return $"{Metric.Name}: no requests counted yet";
        }

        var looks = evidence > 1 && LatencyTest.Dominant(_settings, test) is { } dominant ? $", looks like {dominant.Alternative.Description}" : "";
        return $"{Metric.Name} {Quantile(state, 0.5)}, {Quantile(state, 0.99)}{looks}";
    }

    private static string Quantile(MetricState state, double probability)
    {
        var bounds = state.UpperBounds.Take(state.UpperBounds.Count - 1).ToList();
        return string.Create(Culture, $"p{100 * probability:0} {Number(Histograms.Quantile(bounds, state.Candidate, probability))} ms against {Number(Histograms.Quantile(bounds, state.Stable, probability))} ms");
    }

    private static double Slower(ValueList<double> cumulative, int bound) => bound < cumulative.Count ? cumulative[^1] - cumulative[bound] : 0;

    private static NumberList Buckets(double[] cumulative) => Histograms.BucketCounts(cumulative);

    private LatencyTestState Read(MetricState state) =>
        Numbers(state, Test) is { } numbers
            ? LatencyTestState.FromNumbers(numbers)
            : LatencyTest.Start(_settings, NumberList.From(state.UpperBounds.Take(state.UpperBounds.Count - 1)));
}

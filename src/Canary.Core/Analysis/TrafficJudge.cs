using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Watches whether the candidate completes the share of the requests that the weight gives it.</summary>
/// <remarks>It warns, and holds the steps while it does: connections and sticky users deal requests in groups, so that it must not decide alone. Pods count while they warm up, too.</remarks>
internal sealed class TrafficJudge(MetricSpec.Traffic metric, AnalysisSpec spec) : CounterJudge(metric)
{
    private const string Test = "share";

    private readonly ShareTestSettings _settings = ShareTestSettings.ForSessions(metric.RequestsPerSession, 1 / metric.Tolerance, metric.Tolerance);

    public override bool CountsColdPods => true;

    public override bool NeedsSettledWeight => true;

    public override string Against => string.Create(Culture, $"at most {metric.Tolerance:0.##} times more or less traffic than the weight gives");

    public override (MetricState State, int Width, string? Problem) Prepare(MetricState state, RoundFacts facts) => (state, 1, null);

    public override ValueList<double>? Read(MetricReading reading, MetricState state, int width) => reading switch
    {
        MetricReading.Counts counts => [counts.Requests],
        MetricReading.Absent => [0],
        _ => null,
    };

    public override double Requests(IReadOnlyList<double> values) => At(values, 0);

    public override MetricState Count(MetricState state, BlockRecord block)
    {
        var split = WeightSplit.Of(block.Weight, 100, spec.Baseline == BaselineKind.Fresh);
        var planned = split.Candidate / (double)(split.Candidate + (spec.Baseline == BaselineKind.Fresh ? split.Baseline : split.Stable));
        if (!block.Exposed || !ShareBlock.TryCreate(block.Candidate[0], block.Stable[0], planned, out var shares) || !shares.IsInformative)
        {
            return state;
        }

        var test = ShareTest.Advance(_settings, Share(state), shares);
        return state with
        {
            Stable = Sum(state.Stable, block.Stable),
            Candidate = Sum(state.Candidate, block.Candidate),
            Tests = [Store(Test, test.ToNumbers(), test)],
        };
    }

    public override MetricVerdict Conclude(MetricState state, Circumstances about)
    {
        var test = Share(state);
        var evidence = ShareTest.LogEvidence(_settings, test);
        var astray = Thresholds.IsReached(evidence, spec.FalseRollback);
        var pace = Pace.Of(state, Requests);
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = !astray,
            WithinBound = !astray,
            StableRequests = test.BaselineRequests,
            CandidateRequests = test.CandidateRequests,
            LogEvidence = evidence,
            StableRate = pace.Stable,
            CandidateRate = pace.Candidate,
            Assumptions =
            [
                metric.RequestsPerSession > 1
                    ? string.Create(Culture, $"a session that stays with one revision has {metric.RequestsPerSession:0.##} requests on average, as the template says")
                    : "requests are dealt one by one: connections that carry many, and sticky users, make the share look uneven (requestsPerSession says how many)",
            ],
            Warning = astray ? $"{Describe(state)}; {Phrase.Odds(evidence)} against \"{Against}\"" : null,
            Sentence = Sentence(state),
        };
    }

    public override string Describe(MetricState state) => Share(state) is { ObservedShare: { } seen, PlannedShare: { } planned }
        ? $"{Metric.Name}: the candidate completed {Phrase.Percent(seen, 1)} of the requests, and {Phrase.Percent(planned, 1)} were meant for it"
        : NothingYet(state);

    private ShareTestState Share(MetricState state) => Read(state, Test, ShareTestState.FromNumbers) ?? ShareTest.Start(_settings);
}

using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges a ratio of bad requests by the sequential count tests.</summary>
internal abstract class CountJudge(MetricSpec metric, Margins margins, Clustering clustering) : CounterJudge(metric)
{
    private const string RollbackTest = "rollback";
    private const string AcceptanceTest = "acceptance";
    private const string RatioTest = "ratio";
    private const string SecondKey = "second-key";

    private readonly SelfNormalisedTestSettings _second = new(margins.Ratio, margins.Difference);

    public override string Against => Worse(margins);

    public override double Requests(IReadOnlyList<double> values) => At(values, 0);

    public override double Bad(MetricState state, IReadOnlyList<double> values) => At(values, 1);

    public override bool IsPossible(double[] difference) => difference[1] <= difference[0];

    public override MetricState Begin(MetricState state, double share)
    {
        var terms = SettledTerms.Of(clustering, Metric.Known, state, Requests, values => Bad(state, values));
        var rollback = RateTest.Rollback(margins, terms);
        var acceptance = RateTest.Acceptance(margins, terms);
        return state with
        {
            Terms = terms,
            Tests =
            [
                Stored(RollbackTest, rollback, rollback.Start(share)),
                Stored(AcceptanceTest, acceptance, acceptance.Start(1)),
                Store(RatioTest, RatioHistory.Empty.ToNumbers(), RatioHistory.Empty),
                .. SecondKeyOf(SelfNormalisedTest.Start()),
            ],
        };
    }

    public override MetricState Restart(MetricState state, double share)
    {
        var rollback = RateTest.Rollback(margins, state.Terms!); // settled when the tests began
        var restarted = Stored(RollbackTest, rollback, rollback.Restart(Read(state, RollbackTest, rollback), share));
        return state with { Tests = state.Tests.Select(test => test.Test == RollbackTest ? restarted : test).ToValueList() };
    }

    public override MetricState Count(MetricState state, BlockRecord block)
    {
        var counts = new CountBlock(block.Candidate[0], block.Stable[0], block.Candidate[1], block.Stable[1]);
        if (state.Terms is not { } terms || !block.Exposed || !counts.IsInformative)
        {
            return state;
        }

        var rollback = RateTest.Rollback(margins, terms);
        var acceptance = RateTest.Acceptance(margins, terms);
        var history = History(state).Add(counts);
        return state with
        {
            Stable = Sum(state.Stable, block.Stable),
            Candidate = Sum(state.Candidate, block.Candidate),
            Tests =
            [
                Stored(RollbackTest, rollback, rollback.Advance(Read(state, RollbackTest, rollback), counts)),
                Stored(AcceptanceTest, acceptance, acceptance.Advance(Read(state, AcceptanceTest, acceptance), counts)),
                Store(RatioTest, history.ToNumbers(), history),
                .. SecondKeyOf(SelfNormalisedTest.Advance(_second, Second(state), counts)),
            ],
        };
    }

    public override MetricVerdict Conclude(MetricState state, Circumstances about)
    {
        if (state.Terms is not { } terms)
        {
            return Unexposed(state);
        }

        var rollback = RateTest.Rollback(margins, terms);
        var acceptance = RateTest.Acceptance(margins, terms);
        var better = Read(state, AcceptanceTest, acceptance);
        var evidence = rollback.LogEvidence(Read(state, RollbackTest, rollback));
        if (clustering.Robust)
        {
            // the weaker of the two is evidence too, and both must agree
            evidence = Math.Min(evidence, SelfNormalisedTest.LogEvidence(_second, Second(state)));
        }

        var accepts = acceptance.LogEvidence(better);
        var estimate = RatioEstimate.Of(History(state), dispersion: terms.Dispersion);
        var pace = Pace.Of(state, Requests);
        var outlook = CountOutlook.Of(margins, terms, At(state.Stable, 1), state, estimate, pace, about, evidence, accepts);
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = IsAccepted(accepts, acceptance.MaximumLogEvidence(better), about),
            WithinBound = CountOutlook.IsWithin(estimate, margins, Pace.StableBad(state)),
            StableRequests = At(state.Stable, 0),
            StableBad = At(state.Stable, 1),
            CandidateRequests = At(state.Candidate, 0),
            CandidateBad = At(state.Candidate, 1),
            Ratio = estimate.Ratio is { } ratio && double.IsFinite(ratio) ? ratio : null,
            RatioLower = estimate.Ratio is null ? null : estimate.Lower,
            RatioUpper = double.IsFinite(estimate.Upper) ? estimate.Upper : null,
            DifferencePercentPoints = estimate.DifferencePercentPoints,
            LogEvidence = evidence,
            LogThreshold = about.LogThreshold,
            LogAcceptance = accepts,
            SecondsToDecide = outlook.SecondsToDecide,
            SmallestVisibleRatio = outlook.SmallestVisibleRatio,
            Dispersion = terms.Dispersion,
            DispersionBasis = terms.Basis,
            Assumptions = SettledTerms.Assumptions(terms, clustering),
            Learned = StablePeers.Known(Metric.Known, state.Learned),
            StableRate = pace.Stable,
            CandidateRate = pace.Candidate,
            Sentence = state.Last == MeasurementState.Value ? Describe(state, estimate) : Sentence(state),
        };
    }

    public override string Describe(MetricState state) => Describe(state, RatioEstimate.Of(History(state), dispersion: state.Terms?.Dispersion ?? 1));

    private protected abstract string What { get; }

    private MetricVerdict Unexposed(MetricState state)
    {
        var pace = Pace.Of(state, Requests);
        var usual = state.Blocks is [{ Exposed: false } first, ..] ? first.Stable : [];
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            StableRequests = At(usual, 0),
            StableBad = At(usual, 1),
            StableRate = pace.Stable,
            Learned = StablePeers.Known(Metric.Known, state.Learned),
            Sentence = Sentence(state),
        };
    }

    private string Describe(MetricState state, RatioEstimate estimate)
    {
        var (stable, candidate) = (At(state.Stable, 0), At(state.Candidate, 0));
        return candidate == 0
            ? NothingYet(state)
            : string.Create(Culture, $"{What} {Phrase.Percent(At(state.Candidate, 1), candidate)} of {candidate:N0} requests against {Phrase.Percent(At(state.Stable, 1), stable)} of {stable:N0}{Interval(estimate)}");
    }

    private static string Interval(RatioEstimate estimate) => estimate.Ratio switch
    {
        null => "",
        double.PositiveInfinity => $", ratio unbounded (95 % interval from {Phrase.Number(estimate.Lower)})",
        { } ratio => $", ratio {Phrase.Number(ratio)} (95 % interval {Phrase.Number(estimate.Lower)} to {Phrase.Number(estimate.Upper)})",
    };

    // the tests are there from the first exposure on
    private static object Read(MetricState state, string test, RateTest side) => Read(state, test, side.FromNumbers) ?? side.Start(1);

    private static TestNumbers Stored(string test, RateTest side, object state) => Store(test, side.ToNumbers(state), state);

    private IEnumerable<TestNumbers> SecondKeyOf(SelfNormalisedTestState state) => clustering.Robust ? [Store(SecondKey, state.ToNumbers(), state)] : [];

    private static SelfNormalisedTestState Second(MetricState state) => Read(state, SecondKey, SelfNormalisedTestState.FromNumbers) ?? SelfNormalisedTest.Start();

    private static RatioHistory History(MetricState state) => Read(state, RatioTest, RatioHistory.FromNumbers) ?? RatioHistory.Empty;
}

using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges the ratio of failed requests by the sequential count tests.</summary>
internal sealed class ErrorRateJudge(MetricSpec metric) : MetricJudge(metric)
{
    private const int Width = 2;
    private const string RollbackTest = "rollback";
    private const string AcceptanceTest = "acceptance";
    private const string RatioTest = "ratio";

    private readonly CountTestSettings _rollback = CountTestSettings.Rollback(metric.Margins.Ratio, metric.Margins.Difference);
    private readonly CountTestSettings _acceptance = CountTestSettings.Acceptance(metric.Margins.AcceptRatio, metric.Margins.AcceptDifference);

    public override (MetricState State, int Width, string? Problem) Prepare(MetricState state, int index, Measurement measurement) => (state, Width, null);

    public override ValueList<double>? Read(MetricReading reading, int width) => reading switch
    {
        MetricReading.Counts counts => [counts.Requests, counts.Errors],
        MetricReading.Absent => [0, 0],
        _ => null,
    };

    public override bool IsPossible(double[] difference) => difference[1] <= difference[0];

    public override double Requests(IReadOnlyList<double> values) => At(values, 0);

    public override MetricState Count(MetricState state, double[] stable, double[] candidate, bool exposed)
    {
        var block = new CountBlock(candidate[0], stable[0], candidate[1], stable[1]);
        if (!exposed || !block.IsInformative)
        {
            return state;
        }

        return state with
        {
            Stable = Sum(state.Stable, stable),
            Candidate = Sum(state.Candidate, candidate),
            Tests =
            [
                Store(RollbackTest, CountTest.Advance(_rollback, Read(state, RollbackTest, _rollback), block).ToNumbers()),
                Store(AcceptanceTest, CountTest.Advance(_acceptance, Read(state, AcceptanceTest, _acceptance), block).ToNumbers()),
                Store(RatioTest, History(state).Add(block).ToNumbers()),
            ],
        };
    }

    public override MetricVerdict Conclude(MetricState state, double accepted, bool ended)
    {
        var test = Read(state, AcceptanceTest, _acceptance);
        var acceptance = CountTest.LogEvidence(_acceptance, test);
        var estimate = RatioEstimate.Of(History(state));
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = IsAccepted(acceptance, test.MaximumLogEvidence, accepted, ended),
            StableRequests = At(state.Stable, 0),
            StableBad = At(state.Stable, 1),
            CandidateRequests = At(state.Candidate, 0),
            CandidateBad = At(state.Candidate, 1),
            Ratio = estimate.Ratio is { } ratio && double.IsFinite(ratio) ? ratio : null,
            RatioLower = estimate.Ratio is null ? null : estimate.Lower,
            RatioUpper = double.IsFinite(estimate.Upper) ? estimate.Upper : null,
            LogEvidence = CountTest.LogEvidence(_rollback, Read(state, RollbackTest, _rollback)),
            LogAcceptance = acceptance,
            Sentence = Sentence(state),
        };
    }

    public override string Describe(MetricState state)
    {
        var (stable, candidate) = (At(state.Stable, 0), At(state.Candidate, 0));
        return candidate == 0
            ? NothingYet(state)
            : string.Create(Culture, $"{Metric.Name} {Percent(At(state.Candidate, 1), candidate)} of {candidate:N0} requests against {Percent(At(state.Stable, 1), stable)} of {stable:N0}{Interval(state)}");
    }

    private static string Interval(MetricState state)
    {
        var estimate = RatioEstimate.Of(History(state));
        return estimate.Ratio switch
        {
            null => "",
            double.PositiveInfinity => $", ratio unbounded (95 % interval from {Number(estimate.Lower)})",
            { } ratio => $", ratio {Number(ratio)} (95 % interval {Number(estimate.Lower)} to {Number(estimate.Upper)})",
        };
    }

    private static double At(IReadOnlyList<double> values, int index) => index < values.Count ? values[index] : 0;

    private static CountTestState Read(MetricState state, string test, CountTestSettings settings) =>
        Numbers(state, test) is { } numbers ? CountTestState.FromNumbers(numbers) : CountTest.Start(settings);

    private static RatioHistory History(MetricState state) => Numbers(state, RatioTest) is { } numbers ? RatioHistory.FromNumbers(numbers) : RatioHistory.Empty;
}

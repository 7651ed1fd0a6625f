using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges the ratio of failed requests by the sequential count tests.</summary>
internal sealed class ErrorRateJudge(MetricSpec metric) : MetricJudge(metric)
{
    private const string RollbackTest = "rollback";
    private const string AcceptanceTest = "acceptance";
    private const string RatioTest = "ratio";

    private readonly CountTestSettings _rollback = CountTestSettings.Rollback(metric.Margins.Ratio, metric.Margins.Difference);
    private readonly CountTestSettings _acceptance = CountTestSettings.Acceptance(metric.Margins.AcceptRatio, metric.Margins.AcceptDifference);

    public override (MetricState State, int Width, (MeasurementState State, string Reason)? Problem) Prepare(MetricState state, int index, Measurement measurement) => (state, 2, null);

    public override double Requests(double[] values) => values[0];

    public override MetricState Count(MetricState state, double[] stable, double[] candidate, bool exposed)
    {
        if (!exposed || !CountBlock.TryCreate(candidate[0], stable[0], candidate[1], stable[1], out var block))
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

    public override MetricVerdict Conclude(MetricState state, double accepted)
    {
        var evidence = CountTest.LogEvidence(_rollback, Read(state, RollbackTest, _rollback));
        var acceptance = CountTest.LogEvidence(_acceptance, Read(state, AcceptanceTest, _acceptance));
        var estimate = RatioEstimate.Of(History(state));
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = acceptance >= accepted,
            StableRequests = At(state.Stable, 0),
            StableBad = At(state.Stable, 1),
            CandidateRequests = At(state.Candidate, 0),
            CandidateBad = At(state.Candidate, 1),
            Ratio = estimate.Ratio is { } ratio && double.IsFinite(ratio) ? ratio : null,
            RatioLower = estimate.Ratio is null ? null : estimate.Lower,
            RatioUpper = double.IsFinite(estimate.Upper) ? estimate.Upper : null,
            LogEvidence = evidence,
            LogAcceptance = acceptance,
            Sentence = state.Last == MeasurementState.Value || evidence >= accepted ? Sentence(state, estimate) : Unknown(state),
        };
    }

    private static double At(ValueList<double> values, int index) => index < values.Count ? values[index] : 0;

    private string Sentence(MetricState state, RatioEstimate estimate)
    {
        if (At(state.Candidate, 0) == 0)
        {
            return $"{Metric.Name}: no requests counted yet";
        }

        var interval = estimate.Ratio is { } ratio
            ? $", ratio {(double.IsFinite(ratio) ? Number(ratio) : "unbounded")} (95 % interval {Number(estimate.Lower)} to {(double.IsFinite(estimate.Upper) ? Number(estimate.Upper) : "unbounded")})"
            : "";
        return string.Create(Culture, $"{Metric.Name} {Percent(estimate.CandidateErrorRatio)} of {At(state.Candidate, 0):N0} requests against {Percent(estimate.BaselineErrorRatio)} of {At(state.Stable, 0):N0}{interval}");
    }

    private static CountTestState Read(MetricState state, string test, CountTestSettings settings) =>
        Numbers(state, test) is { } numbers ? CountTestState.FromNumbers(numbers) : CountTest.Start(settings);

    private static RatioHistory History(MetricState state) => Numbers(state, RatioTest) is { } numbers ? RatioHistory.FromNumbers(numbers) : RatioHistory.Empty;
}

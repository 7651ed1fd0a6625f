using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Compares numbers of any meaning by the Mann-Whitney test, at times fixed in advance, each of which may spend its part of the metric's budget.</summary>
internal sealed class RankJudge(MetricSpec.Series metric, SeriesRule.MannWhitney rule, AnalysisSpec spec) : LevelJudge(metric)
{
    private const string Looks = "looks";

    public override bool Compares => true;

    public override string Against => string.Create(Culture, $"shifted by no more than {100 * rule.Margin:0.##} % of the stable median");

    public override MetricState Sample(MetricState state, DateTimeOffset at, DateTimeOffset since, double stable, double candidate)
    {
        var elapsed = at - since;
        var series = SampledSeries.Of(test => Numbers(state, test)).Add(Math.Floor(elapsed / rule.Step), stable, candidate);
        var (judged, beyond, shift, lower, upper) = Read(state);
        var due = rule.At.Count(time => time <= elapsed);
        if (due > judged)
        {
            // one look for all that were due: a look that is missed spends nothing
            var judgement = SeriesTest.Judge(Settings(), series.Closed().Candidate, series.Closed().Stable);
            (judged, beyond) = (due, Math.Max(beyond, judgement.IsBeyond ? 1 : 0));
            (shift, lower, upper) = (judgement.Shift ?? 0, judgement.Interval.Lower, judgement.Interval.Upper);
        }

        return state with { Tests = [.. series.ToTests(), new TestNumbers(Looks, [judged, beyond, shift, lower, upper])] };
    }

    public override MetricVerdict Conclude(MetricState state, Circumstances about)
    {
        var (judged, beyond, shift, _, _) = Read(state);
        var (stable, candidate) = SampledSeries.Of(test => Numbers(state, test)).Medians();

        // under full weight no more looks come: what was seen until then must do
        var done = beyond == 0 && (judged >= rule.At.Count || (about.Ended && judged > 0));

        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = done,
            WithinBound = done,
            StableValues = stable,
            CandidateValues = candidate,
            LogEvidence = Math.Max(LeastEvidence, SeriesTest.LogEvidence(Settings(), (int)judged, beyond > 0)),
            LogThreshold = about.LogThreshold,
            Assumptions = ["numbers of different steps are independent of each other"],
            LooksLike = judged > 0 && beyond > 0 ? string.Create(Culture, $"a shift of {Phrase.Level(shift)}") : null,
            Sentence = Sentence(state),
        };
    }

    public override string Describe(MetricState state)
    {
        var (judged, _, shift, lower, upper) = Read(state);
        var count = SampledSeries.Of(test => Numbers(state, test)).Candidate.Count;
        return judged == 0
            ? string.Create(Culture, $"{Metric.Name}: {count} numbers of each revision, first looked at after {rule.At[0].TotalMinutes:0.#} min{Why(state)}")
            : string.Create(Culture, $"{Metric.Name} is shifted by {Phrase.Level(shift)} ({Ends(lower, upper)}) after {judged:0} of {rule.At.Count} looks");
    }

    /// <summary>After the last look nothing can be won any more: evidence of practically 0, but a number.</summary>
    private const double LeastEvidence = -50;

    private static string Ends(double lower, double upper) => (double.IsFinite(lower), double.IsFinite(upper)) switch
    {
        (true, true) => $"interval {Phrase.Level(lower)} to {Phrase.Level(upper)}",
        (true, false) => $"at least {Phrase.Level(lower)}",
        (false, true) => $"at most {Phrase.Level(upper)}",
        _ => "too few numbers for an interval",
    };

    // each look is judged at its equal part of the metric's share of the budget; one that is beyond is evidence of 1 / that share, and decides alone
    private SeriesTestSettings Settings() => new(
        rule.At.Count,
        spec.FalseRollback * Math.Clamp(metric.Share, 1e-6, 1),
        rule.Margin,
        rule.Direction switch
        {
            WorseDirection.Increase => SeriesDirection.Higher,
            WorseDirection.Decrease => SeriesDirection.Lower,
            _ => SeriesDirection.Either,
        });

    private static (double Judged, double Beyond, double Shift, double Lower, double Upper) Read(MetricState state) =>
        Numbers(state, Looks) is [var judged, var beyond, var shift, var lower, var upper] ? (judged, beyond, shift, lower, upper) : (0, 0, 0, 0, 0);
}

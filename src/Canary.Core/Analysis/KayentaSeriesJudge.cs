using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Classifies numbers of any meaning as Kayenta does, at times fixed in advance; <see cref="KayentaScore"/> makes one score of all metrics that are judged so.</summary>
internal sealed class KayentaSeriesJudge(MetricSpec.Series metric, SeriesRule.Kayenta rule) : LevelJudge(metric)
{
    private const string Looks = "looks";

    public override bool IsTest => false;

    public override bool Compares => true;

    public override string Against => string.Create(Culture, $"a score of at least {rule.Marginal:0.##}");

    public override MetricState Sample(MetricState state, DateTimeOffset at, DateTimeOffset since, double stable, double candidate)
    {
        var elapsed = at - since;
        var series = SampledSeries.Of(test => Numbers(state, test)).Add(Math.Floor(elapsed / rule.Step), stable, candidate);
        var (judged, found, deviation) = Read(state);
        var due = rule.At.Count(time => time <= elapsed);
        if (due > judged)
        {
            var result = KayentaClassifier.Classify(Treated(), series.Closed().Stable, series.Closed().Candidate);
            (judged, found, deviation) = (due, (double)result.Classification, result.Deviation);
        }

        return state with { Tests = [.. series.ToTests(), new TestNumbers(Looks, [judged, found, deviation])] };
    }

    public override MetricVerdict Conclude(MetricState state, Circumstances about)
    {
        var (_, _, deviation) = Read(state);
        var (stable, candidate) = SampledSeries.Of(test => Numbers(state, test)).Medians();
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            StableValues = stable,
            CandidateValues = candidate,
            Ratio = Finding(state) is not null && double.IsFinite(deviation) ? deviation : null,
            Assumptions = ["Kayenta's rule is right: its looks add up to more false rollbacks than one look has"],
            Sentence = Sentence(state),
        };
    }

    public override string Describe(MetricState state)
    {
        var (judged, found, deviation) = Read(state);
        var count = SampledSeries.Of(test => Numbers(state, test)).Candidate.Count;
        return judged == 0
            ? string.Create(Culture, $"{Metric.Name}: {count} numbers of each revision, first looked at after {rule.At[0].TotalMinutes:0.#} min{Why(state)}")
            : string.Create(Culture, $"{Metric.Name} is classified as {(KayentaClassification)found}, {Phrase.Number(deviation)} times the stable mean, after {judged:0} of {rule.At.Count} looks");
    }

    /// <summary>What the last look found, for the score; null before the first.</summary>
    public KayentaResult? Finding(MetricState state)
    {
        var (judged, found, deviation) = Read(state);
        return judged == 0 ? null : new KayentaResult(Treated(), (KayentaClassification)found, false, deviation, null);
    }

    /// <summary>Whether there was the last look; under full weight no more come.</summary>
    public bool IsDone(MetricState state, bool ended) => Read(state).Judged is > 0 and var judged && (ended || judged >= rule.At.Count);

    private KayentaMetric Treated() => new()
    {
        Name = Metric.Name,
        Groups = ["metrics"],
        Direction = rule.Direction switch
        {
            WorseDirection.Increase => SeriesDirection.Higher,
            WorseDirection.Decrease => SeriesDirection.Lower,
            _ => SeriesDirection.Either,
        },
    };

    private static (double Judged, double Found, double Deviation) Read(MetricState state) =>
        Numbers(state, Looks) is [var judged, var found, var deviation] ? (judged, found, deviation) : (0, 0, double.NaN);
}

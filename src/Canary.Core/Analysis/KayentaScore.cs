using System.Globalization;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Makes one score of all metrics that are judged as Kayenta does.</summary>
/// <remarks>A score below the marginal one rolls back, as soon as every such metric was looked at; one that passes accepts after the last look of all. The limits are those of the first metric.</remarks>
internal static class KayentaScore
{
    public static ValueList<MetricVerdict> Apply(MetricJudge[] judges, AnalysisState state, bool ended, ValueList<MetricVerdict> verdicts)
    {
        var scored = judges.Index().Where(pair => pair.Item is KayentaSeriesJudge).Select(pair => (pair.Index, Judge: (KayentaSeriesJudge)pair.Item)).ToList();
        if (scored.Count == 0)
        {
            return verdicts;
        }

        var findings = scored.Select(pair => pair.Judge.Finding(state.Metrics[pair.Index])).OfType<KayentaResult>().ToList();
        if (findings.Count < scored.Count)
        {
            return verdicts;
        }

        var rule = (SeriesRule.Kayenta)((MetricSpec.Series)scored[0].Judge.Metric).Rule; // what makes it such a judge
        var verdict = new KayentaJudge([], new Dictionary<string, double>(), rule.Pass, rule.Marginal).Score(findings);
        var done = scored.All(pair => pair.Judge.IsDone(state.Metrics[pair.Index], ended));
        var indices = scored.Select(pair => pair.Index).ToHashSet();
        return verdicts.Select((metric, i) => !indices.Contains(i) ? metric : metric with
        {
            Tripped = verdict.Grade == KayentaGrade.Fail,
            Accepted = done && verdict.Grade == KayentaGrade.Pass,
            WithinBound = done && verdict.Grade == KayentaGrade.Pass,
            Sentence = metric.Measurement == MeasurementState.Value ? string.Create(CultureInfo.InvariantCulture, $"{metric.Sentence}; score {verdict.Score:0.##} of 100 ({verdict.Grade})") : metric.Sentence,
        }).ToValueList();
    }
}

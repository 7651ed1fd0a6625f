using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Holds the candidate's own numbers against limits. Simple, without a guarantee against false rollbacks: what is within the limits by nature is for the author of the limits to know.</summary>
internal sealed class ThresholdJudge(MetricSpec.Series metric, SeriesRule.Threshold rule) : LevelJudge(metric)
{
    private const string Test = "threshold";

    public override bool IsTest => false;

    public override bool Compares => false;

    public override string Against => (rule.Above, rule.Below) switch
    {
        ({ } above, { } below) => $"between {Phrase.Level(below)} and {Phrase.Level(above)}",
        ({ } above, null) => $"at most {Phrase.Level(above)}",
        (null, { } below) => $"at least {Phrase.Level(below)}",
        _ => "anything",
    };

    public override MetricState Sample(MetricState state, DateTimeOffset at, DateTimeOffset since, double stable, double candidate)
    {
        var (samples, failures, _) = Read(state);
        var bad = candidate > rule.Above || candidate < rule.Below;
        (samples, failures) = (samples + 1, bad ? failures + 1 : 0);
        NumberList numbers = [samples, failures, candidate];
        var sampled = state with { Tests = [Store(Test, numbers, numbers)] };
        return samples >= rule.Samples && failures >= rule.Failures
            ? sampled with { Tripped = state.Tripped ?? string.Create(Culture, $"{Metric.Name} is {Phrase.Level(candidate)}, {failures:0} readings in a row beyond the limit of {Against}") }
            : sampled;
    }

    public override MetricVerdict Conclude(MetricState state, Circumstances about)
    {
        var (samples, failures, last) = Read(state);
        var fine = state.Tripped is null && samples >= rule.Samples && failures == 0;
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Tripped = state.Tripped is not null,
            Accepted = fine,
            WithinBound = fine,
            CandidateValues = samples > 0 ? [new NamedValue("last", last)] : [],
            Assumptions = ["the limits are right: a threshold has no guarantee against false rollbacks"],
            Sentence = state.Tripped ?? Sentence(state),
        };
    }

    public override string Describe(MetricState state)
    {
        var (samples, failures, last) = Read(state);
        return samples == 0
            ? $"{Metric.Name}: nothing read yet{Why(state)}"
            : string.Create(Culture, $"{Metric.Name} is {Phrase.Level(last)}, wanted {Against}{(failures > 0 ? $"; {failures:0} readings in a row beyond" : "")}{(samples < rule.Samples ? $"; {samples:0} of {rule.Samples} readings" : "")}");
    }

    private static (double Samples, double Failures, double Last) Read(MetricState state) =>
        Numbers(state, Test) is [var samples, var failures, var last] ? (samples, failures, last) : (0, 0, 0);
}

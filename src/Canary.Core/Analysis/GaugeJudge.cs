using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Compares levels by the calibrated normal mixture. It holds and warns; with an hour of history of the stable pods among themselves it may roll back, if asked to.</summary>
internal sealed class GaugeJudge(MetricSpec.Gauge metric, AnalysisSpec spec) : LevelJudge(metric)
{
    private const string Test = "gauge";
    private const string Calibration = "calibration";
    private const double HistorySeconds = 3600;
    private const double BlockSeconds = 300;

    /// <summary>What is kept from one rollout to the next fades beyond so many hours.</summary>
    private const double MostHours = 24;

    public override bool Compares => true;

    public override string Against => string.Create(Culture, $"at most {100 * (metric.MarginRatio - 1):0.##} % more");

    public override MetricState Learn(MetricState state, double first, double second) =>
        state with { Learned = ValueList.Create(GaugeMeter.Advance(Meter(state.Learned) ?? GaugeMeter.Start(), first, second).ToNumbers().AsSpan()) };

    public override MetricState Begin(MetricState state, double share)
    {
        var history = Meter(Known(state)) is { } meter ? GaugeMeter.LearnOrDefault(meter, Math.Max(30, Readings(HistorySeconds))) : null;
        var start = GaugeTest.Start();
        NumberList calibration = history is null ? [] : [history.Correlation, history.Variance, history.Samples];
        return state with
        {
            Terms = new MetricTerms(1, history is null ? DispersionBasis.Assumed : DispersionBasis.Measured, false),
            Tests = [Store(Test, start.ToNumbers(), start), Store(Calibration, calibration, calibration)],
        };
    }

    public override MetricState Sample(MetricState state, DateTimeOffset at, DateTimeOffset since, double stable, double candidate)
    {
        var test = GaugeTest.Advance(Settings(state), Gauge(state), candidate, stable);
        return state with { Tests = state.Tests.Select(stored => stored.Test == Test ? Store(Test, test.ToNumbers(), test) : stored).ToValueList() };
    }

    public override MetricVerdict Conclude(MetricState state, Circumstances about)
    {
        var settings = Settings(state);
        var test = Gauge(state);
        var evidence = GaugeTest.LogEvidence(settings, test);
        var alarmed = test.Readings > 0 && Thresholds.IsReached(evidence, spec.FalseRollback);
        var stakes = !metric.RollsBack || settings.History is not null;
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = test.Readings > 0 && !alarmed,
            WithinBound = test.Readings > 0 && !alarmed,
            Ratio = test.Ratio,
            StableValues = Mean(state, block => block.Stable),
            CandidateValues = Mean(state, block => block.Candidate),

            // without history the share is staked on nothing
            LogEvidence = stakes ? evidence : 0,
            LogThreshold = metric.RollsBack ? about.LogThreshold : null,
            Assumptions = settings.History is null
                ? ["readings five minutes apart differ independently; the stable pods have not told enough yet to measure it, so it cannot roll back"]
                : ["levels of both revisions vary as those of the stable pods among themselves did"],
            Warning = alarmed ? $"{Describe(state)}; {Phrase.Odds(evidence)} against \"{Against}\"" : null,
            Learned = Known(state),
            Sentence = Sentence(state),
        };
    }

    public override string Describe(MetricState state)
    {
        if (Gauge(state) is not { Ratio: { } ratio })
        {
            return $"{Metric.Name}: nothing compared yet{Why(state)}";
        }

        var (stable, candidate) = (Mean(state, block => block.Stable), Mean(state, block => block.Candidate));
        var levels = stable.Count > 0 && candidate.Count > 0 ? $" ({Phrase.Level(candidate[0].Value)} against {Phrase.Level(stable[0].Value)})" : "";
        return $"{Metric.Name} is {Phrase.Number(ratio)} times the stable level{levels}";
    }

    private static ValueList<NamedValue> Mean(MetricState state, Func<BlockRecord, ValueList<double>> side)
    {
        var (sum, count) = (0.0, 0.0);
        foreach (var numbers in state.Blocks.Select(side).Where(numbers => numbers.Count == 2))
        {
            sum += numbers[0];
            count += numbers[1];
        }

        return count > 0 ? [new NamedValue("mean", sum / count)] : [];
    }

    private int Readings(double seconds) => (int)Math.Max(1, Math.Ceiling(seconds / spec.Interval.TotalSeconds));

    private ValueList<double> Known(MetricState state)
    {
        var (known, now) = (Meter(metric.Known), Meter(state.Learned));
        var both = known is null ? now : now is null ? known : GaugeMeter.Plus(known, now);
        return both is null ? [] : ValueList.Create((both.Readings > Readings(MostHours * HistorySeconds) ? GaugeMeter.Faded(both) : both).ToNumbers().AsSpan());
    }

    private GaugeTestSettings Settings(MetricState state) => new(
        metric.MarginRatio,
        history: Numbers(state, Calibration) is [var correlation, var variance, var samples] ? GaugeHistory.Of(correlation, variance, (int)samples) : null,
        readingsPerBlock: Readings(BlockSeconds));

    // numbers of an older engine, or of another kind of metric, are left aside
    private static GaugeMeterState? Meter(ValueList<double> numbers)
    {
        try
        {
            return numbers.Count == 0 ? null : GaugeMeterState.FromNumbers(numbers);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static GaugeTestState Gauge(MetricState state) => Read(state, Test, GaugeTestState.FromNumbers) ?? GaugeTest.Start();
}

using System.Globalization;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges one kind of metric.</summary>
internal abstract class MetricJudge(MetricSpec metric)
{
    private protected static CultureInfo Culture => CultureInfo.InvariantCulture;

    public MetricSpec Metric { get; } = metric;

    public static MetricJudge For(MetricSpec metric, AnalysisSpec spec) => metric switch
    {
        MetricSpec.ErrorRate errors => new ErrorRateJudge(errors),
        MetricSpec.Latency { SlowerThan: { } bound } latency => new ObjectiveJudge(latency, bound),
        MetricSpec.Latency latency => new LatencyJudge(latency, spec),
        MetricSpec.Series { Rule: SeriesRule.Threshold rule } series => new ThresholdJudge(series, rule),
        MetricSpec.Gauge gauge => new GaugeJudge(gauge, spec),
        MetricSpec.Series { Rule: SeriesRule.MannWhitney rule } series => new RankJudge(series, rule, spec),
        MetricSpec.Series { Rule: SeriesRule.Kayenta rule } series => new KayentaSeriesJudge(series, rule),
        MetricSpec.Traffic traffic => new TrafficJudge(traffic, spec),
        MetricSpec.Guard guard => new GuardJudge(guard),
        _ => throw new InvalidOperationException($"There is no rule for a metric of type {metric.GetType().Name}."),
    };

    /// <summary>Whether it weighs evidence. When not, a limit is passed or it is not.</summary>
    public virtual bool IsTest => true;

    /// <summary>Takes one round of readings into account.</summary>
    public abstract RoundResult Take(MetricState before, RoundFacts facts);

    /// <summary>Settles, at the first exposure, what holds for the whole rollout, and starts the tests.</summary>
    /// <param name="state">What was learned before the exposure.</param>
    /// <param name="share">The share of the budget that is staked at once.</param>
    public virtual MetricState Begin(MetricState state, double share) => state with { Terms = new MetricTerms(1, DispersionBasis.Assumed, false) };

    /// <summary>Stakes a further share of the budget, as a planned step begins.</summary>
    public virtual MetricState Restart(MetricState state, double share) => state;

    /// <summary>What the evidence amounts to.</summary>
    public abstract MetricVerdict Conclude(MetricState state, Circumstances about);

    /// <summary>What was counted, in one sentence with numbers.</summary>
    public abstract string Describe(MetricState state);

    /// <summary>What a candidate is rolled back for, in words.</summary>
    public abstract string Against { get; }

    /// <remarks>By Ville's inequality evidence may be acted upon whenever it was reached; while more comes, the present one is the better guide.</remarks>
    private protected static bool IsAccepted(double now, double highest, Circumstances about) =>
        now >= about.LogAccepted || (about.Ended && highest >= about.LogAccepted && now > 0);

    private protected static string Worse(Margins margins)
    {
        var ratio = (margins.Ratio - 1) * 100;
        return margins.Difference == 0
            ? string.Create(Culture, $"no more than {ratio:0.##} % worse")
            : string.Create(Culture, $"no more than {ratio:0.##} % and {100 * margins.Difference:0.####} percentage points worse");
    }

    private protected string Sentence(MetricState state)
    {
        if (state.Last == MeasurementState.Value)
        {
            return Describe(state);
        }

        var what = state.Last switch
        {
            MeasurementState.NoTraffic => "no traffic",
            MeasurementState.Error => "the source failed",
            _ => "no data",
        };
        return $"{Metric.Name}: {what}{Why(state)}";
    }

    private protected string NothingYet(MetricState state) => $"{Metric.Name}: no requests counted yet{Why(state)}";

    private protected static string Why(MetricState state) => state.LastReason is { } reason ? $" ({reason})" : "";

    private protected static double At(IReadOnlyList<double> values, int index) => index < values.Count ? values[index] : 0;

    private protected static ValueList<double> Sum(ValueList<double> before, IReadOnlyList<double> more) =>
        before.Count == more.Count ? before.Select((value, i) => value + more[i]).ToValueList() : more.ToValueList();

    /// <summary>The numbers of a test; null when it has none yet.</summary>
    private protected static ValueList<double>? Numbers(MetricState state, string test) => Find(state.Tests, test)?.Values;

    /// <summary>A test made of its stored numbers, or the very one that they were stored from.</summary>
    private protected static T? Read<T>(MetricState state, string test, Func<ValueList<double>, T> make)
        where T : class => Read(state.Tests, test, make);

    private protected static T? Read<T>(ValueList<TestNumbers> tests, string test, Func<ValueList<double>, T> make)
        where T : class =>
        Find(tests, test) is { } stored ? stored.Last.Of(stored.Values) as T ?? make(stored.Values) : null;

    private protected static TestNumbers Store(string test, NumberList numbers, object made)
    {
        var values = ValueList.Create(numbers.AsSpan());
        return new TestNumbers(test, values) { Last = new TestNumbers.Reading(values, made) };
    }

    private static TestNumbers? Find(ValueList<TestNumbers> tests, string test)
    {
        foreach (var numbers in tests)
        {
            if (numbers.Test == test)
            {
                return numbers;
            }
        }

        return null;
    }
}

using System.Globalization;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges one kind of metric.</summary>
internal abstract class MetricJudge(MetricSpec metric)
{
    private protected static CultureInfo Culture => CultureInfo.InvariantCulture;

    private protected MetricSpec Metric { get; } = metric;

    public static MetricJudge For(MetricSpec metric, AnalysisSpec spec) => metric switch
    {
        MetricSpec.ErrorRate => new ErrorRateJudge(metric),
        MetricSpec.Latency => new LatencyJudge(metric, spec),
        _ => throw new InvalidOperationException($"There is no rule for a metric of type {metric.GetType().Name}."),
    };

    /// <summary>Finds out how many numbers a reading has; 0 when that is not known yet. Says what is wrong when the pods do not fit together.</summary>
    public abstract (MetricState State, int Width, string? Problem) Prepare(MetricState state, int index, Measurement measurement);

    /// <summary>The numbers of a reading; null when there are none to count with.</summary>
    public abstract ValueList<double>? Read(MetricReading reading, int width);

    /// <summary>Whether numbers can be what one process counted in a while: series that come and go within a sum may make it look otherwise.</summary>
    public virtual bool IsPossible(double[] difference) => true;

    /// <summary>The requests among the numbers of a reading.</summary>
    public abstract double Requests(IReadOnlyList<double> values);

    /// <summary>Takes one block into the tests; before the exposure it only teaches what the stable revision is like.</summary>
    public abstract MetricState Count(MetricState state, double[] stable, double[] candidate, bool exposed);

    /// <summary>What the evidence amounts to.</summary>
    /// <param name="state">The evidence.</param>
    /// <param name="accepted">Evidence from which on the metric is accepted, as a natural logarithm.</param>
    /// <param name="ended">Whether there is nobody left to compare with: then it is enough that it was reached before and has not turned since.</param>
    public abstract MetricVerdict Conclude(MetricState state, double accepted, bool ended);

    /// <summary>What was counted, in one sentence with numbers.</summary>
    public abstract string Describe(MetricState state);

    /// <summary>The margin that a candidate is rolled back for, in words.</summary>
    public string Margin()
    {
        var ratio = (Metric.Margins.Ratio - 1) * 100;
        return Metric.Margins.Difference == 0
            ? string.Create(Culture, $"no more than {ratio:0.##} % worse")
            : string.Create(Culture, $"no more than {ratio:0.##} % and {100 * Metric.Margins.Difference:0.####} percentage points worse");
    }

    /// <remarks>By Ville's inequality evidence may be acted upon whenever it was reached; while more comes, the present one is the better guide.</remarks>
    private protected static bool IsAccepted(double now, double highest, double accepted, bool ended) => now >= accepted || (ended && highest >= accepted && now > 0);

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

    private protected static ValueList<double> Sum(ValueList<double> before, IReadOnlyList<double> more) =>
        before.Count == more.Count ? before.Select((value, i) => value + more[i]).ToValueList() : more.ToValueList();

    private protected static ValueList<double>? Numbers(MetricState state, string test) => state.Tests.FirstOrDefault(numbers => numbers.Test == test)?.Values;

    private protected static TestNumbers Store(string test, NumberList numbers) => new(test, ValueList.Create(numbers.AsSpan()));

    private protected static string Percent(double bad, double requests) => (100 * bad / requests) switch
    {
        >= 1 and var percent => string.Create(Culture, $"{percent:0.#} %"),
        >= 0.1 and var percent => string.Create(Culture, $"{percent:0.##} %"),
        > 0 and < 0.0001 => "under 0.0001 %",
        var percent => string.Create(Culture, $"{percent:G2} %"),
    };

    private protected static string Number(double value) => value switch
    {
        > 1000 => "over 1,000",
        >= 10 => value.ToString("0", Culture),
        _ => value.ToString("0.##", Culture),
    };

    private static string Why(MetricState state) => state.LastReason is { } reason ? $" ({reason})" : "";
}

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

    /// <summary>Finds out how many numbers a reading has; 0 when that is not known yet.</summary>
    public abstract (MetricState State, int Width, (MeasurementState State, string Reason)? Problem) Prepare(MetricState state, int index, Measurement measurement);

    /// <summary>The requests among the numbers of a reading.</summary>
    public abstract double Requests(double[] values);

    /// <summary>Takes one block into the tests; before the exposure it only teaches what the stable revision is like.</summary>
    public abstract MetricState Count(MetricState state, double[] stable, double[] candidate, bool exposed);

    public abstract MetricVerdict Conclude(MetricState state, double accepted);

    private protected string Unknown(MetricState state) =>
        $"{Metric.Name}: {state.Last switch { MeasurementState.NoTraffic => "no traffic", MeasurementState.Error => "the source failed", _ => "no data" }}{(state.LastReason is { } reason ? $" ({reason})" : "")}";

    private protected static ValueList<double> Sum(ValueList<double> before, double[] more) =>
        before.Count == more.Length ? before.Select((value, i) => value + more[i]).ToValueList() : more.ToValueList();

    private protected static ValueList<double>? Numbers(MetricState state, string test) => state.Tests.FirstOrDefault(numbers => numbers.Test == test)?.Values;

    private protected static TestNumbers Store(string test, NumberList numbers) => new(test, ValueList.Create(numbers.AsSpan()));

    private protected static string Percent(double? ratio) => ratio is { } value ? string.Create(Culture, $"{100 * value:0.##} %") : "no";

    private protected static string Number(double value) => value switch
    {
        >= 100 => value.ToString("0", Culture),
        >= 10 => value.ToString("0.#", Culture),
        _ => value.ToString("0.##", Culture),
    };
}

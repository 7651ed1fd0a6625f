using Canary.Core.Analysis;

namespace Canary.Core.Notifications;

/// <summary>Shortens what the metrics say to one line each.</summary>
internal static class MetricLines
{
    private const int Most = 10;

    /// <summary>The lines, the worst first.</summary>
    public static ValueList<MetricLine> Of(Verdict? verdict) => verdict is null
        ? []
        : verdict.Metrics.Select(metric => Of(metric, verdict)).OrderByDescending(line => line.Failed).Take(Most).ToValueList();

    /// <summary>The most requests that one metric counted on the candidate; null when none did.</summary>
    public static double? Requests(Verdict? verdict) =>
        verdict?.Metrics.Select(metric => metric.CandidateRequests).DefaultIfEmpty().Max() is { } most and > 0 ? most : null;

    private static MetricLine Of(MetricVerdict metric, Verdict verdict)
    {
        var unit = metric switch
        {
            { CandidateValues.Count: 0, StableValues.Count: 0 } => MetricUnit.Percent,
            _ when metric.CandidateValues.Concat(metric.StableValues).Any(value => IsQuantile(value.Name)) => MetricUnit.Milliseconds,
            _ => MetricUnit.Level,
        };
        var failed = metric.Tripped || (verdict.State == VerdictState.Fail && metric.LogThreshold is { } threshold && metric.LogEvidence >= threshold);
        return new MetricLine(
            metric.Name,
            unit,
            unit == MetricUnit.Percent ? Percent(metric.StableBad, metric.StableRequests) : Value(metric.StableValues),
            unit == MetricUnit.Percent ? Percent(metric.CandidateBad, metric.CandidateRequests) : Value(metric.CandidateValues),
            Finite(metric.Ratio),
            Finite(metric.RatioLower),
            Finite(metric.RatioUpper),
            failed);
    }

    private static double? Percent(double bad, double requests) => requests > 0 ? Finite(100 * bad / requests) : null;

    private static double? Value(ValueList<NamedValue> values) =>
        values.Count == 0 ? null : Finite((values.FirstOrDefault(value => value.Name == "p99") ?? values[^1]).Value);

    private static bool IsQuantile(string name) => name.Length > 1 && name[0] == 'p' && char.IsAsciiDigit(name[1]);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Mapping;

namespace Canary.Kubernetes.Resources;

/// <summary>Writes metrics and settings as templates and Rollouts have them, so that the mapping reads them again without loss. Pure.</summary>
internal static class MetricJson
{
    /// <summary>Writes a metric with everything filled in.</summary>
    public static JsonObject Write(MetricSpec metric)
    {
        var written = new JsonObject { ["name"] = metric.Name, ["required"] = metric.Required, ["weight"] = metric.Share };
        if (metric.Scrape is not { Port: null, Path: null })
        {
            var scrape = new JsonObject();
            if (metric.Scrape.Port is { } port)
            {
                scrape["port"] = int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : port;
            }

            if (metric.Scrape.Path is { } path)
            {
                scrape["path"] = path;
            }

            written["scrape"] = scrape;
        }

        switch (metric)
        {
            case MetricSpec.ErrorRate errorRate:
                written["errorRate"] = Write(errorRate.Margins, new JsonObject { ["requests"] = Write(errorRate.Requests), ["errors"] = Write(errorRate.Errors) });
                break;
            case MetricSpec.Latency latency:
                written["latency"] = Write(
                    latency.Margins, new JsonObject { ["histogram"] = Write(latency.Histogram), ["unit"] = latency.MillisecondsPerUnit == 1000 ? "seconds" : "milliseconds" });
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(metric), metric, "is no known metric");
        }

        return written;
    }

    /// <summary>Writes the settings of an analysis.</summary>
    public static JsonObject Write(AnalysisSpec spec)
    {
        var written = WriteCommon(spec);
        if (spec.Baseline != BaselineKind.Stable)
        {
            written["baseline"] = spec.Baseline.ToString();
        }

        if (spec.BaselineReplicas is { } replicas)
        {
            written["baselineReplicas"] = replicas;
        }

        return written;
    }

    private static JsonObject WriteCommon(AnalysisSpec spec) => new()
    {
        ["interval"] = Durations.Write(spec.Interval),
        ["warmUp"] = Durations.Write(spec.WarmUp),
        ["templates"] = new JsonArray([.. spec.Templates.Select(reference => new JsonObject { ["name"] = reference.Name, ["clusterScope"] = reference.ClusterScope })]),
        ["args"] = new JsonArray([.. spec.Arguments.Select(argument => new JsonObject { ["name"] = argument.Name, ["value"] = argument.Value })]),
        ["falseRollback"] = spec.FalseRollback,
        ["missedRegression"] = spec.MissedRegression,
        ["onInconclusive"] = spec.OnInconclusive.ToString(),
        ["onNoData"] = new JsonObject { ["hold"] = Durations.Write(spec.NoDataHold), ["then"] = spec.AfterNoData.ToString() },
        ["history"] = spec.History,
    };

    /// <summary>Writes a selector as Prometheus does.</summary>
    public static string Write(SeriesSelector selector)
    {
        if (selector.Matchers.Count == 0)
        {
            return selector.Metric;
        }

        var text = new StringBuilder(selector.Metric).Append('{');
        for (var index = 0; index < selector.Matchers.Count; index++)
        {
            var matcher = selector.Matchers[index];
            text.Append(index > 0 ? "," : "").Append(IsPlain(matcher.Label) ? matcher.Label : Quoted(matcher.Label));
            text.Append(matcher.Operator switch
            {
                MatchOperator.Equal => "=",
                MatchOperator.NotEqual => "!=",
                MatchOperator.Matches => "=~",
                MatchOperator.NotMatches => "!~",
                _ => throw new ArgumentOutOfRangeException(nameof(selector), matcher.Operator, "is no known operator"),
            });
            text.Append(Quoted(matcher.Value));
        }

        return text.Append('}').ToString();
    }

    private static JsonArray Write(ValueList<SeriesSelector> selectors) => new([.. selectors.Select(selector => JsonValue.Create(Write(selector)))]);

    private static JsonObject Write(Margins margins, JsonObject fields)
    {
        fields["marginRatio"] = Write(margins.Ratio);
        fields["marginDifference"] = Write(margins.Difference);
        fields["acceptRatio"] = Write(margins.AcceptRatio);
        fields["acceptDifference"] = Write(margins.AcceptDifference);
        return fields;
    }

    private static string Write(double number) => CanonicalNumber.Of(number.ToString("R", CultureInfo.InvariantCulture));

    private static bool IsPlain(string label) => label.Length > 0 && !char.IsAsciiDigit(label[0]) && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    private static string Quoted(string text) =>
        $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)}\"";
}

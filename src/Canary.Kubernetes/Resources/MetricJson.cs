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
        var written = new JsonObject { ["name"] = metric.Name, ["required"] = metric.Required };
        if (metric.Share > 0)
        {
            written["weight"] = metric.Share;
        }

        if (metric.Known.Count > 0)
        {
            written["known"] = new JsonArray([.. metric.Known.Select(number => JsonValue.Create(number))]);
        }

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

        var (kind, fields) = metric switch
        {
            MetricSpec.ErrorRate errorRate => (
                "errorRate",
                Write(errorRate.Clustering, Write(errorRate.Margins, new JsonObject { ["requests"] = Write(errorRate.Requests), ["errors"] = Write(errorRate.Errors) }))),
            MetricSpec.Latency latency => ("latency", Write(latency)),
            MetricSpec.Gauge gauge => ("gauge", new JsonObject
            {
                ["selectors"] = Write(gauge.Selectors),
                ["combine"] = gauge.Combine.ToString(),
                ["marginRatio"] = Write(gauge.MarginRatio),
                ["rollBack"] = gauge.RollsBack,
            }),
            MetricSpec.Series series => ("series", Write(series)),
            MetricSpec.Traffic traffic => ("traffic", new JsonObject
            {
                ["requests"] = Write(traffic.Requests),
                ["tolerance"] = Write(traffic.Tolerance),
                ["requestsPerSession"] = Write(traffic.RequestsPerSession),
            }),
            MetricSpec.Guard guard => ("guard", new JsonObject
            {
                ["requests"] = Write(guard.Requests),
                ["errors"] = Write(guard.Errors),
                ["maxErrorRatio"] = Write(guard.MostErrors),
                ["minRequests"] = guard.FewestRequests,
                ["window"] = Durations.Write(guard.Window),
            }),
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "is no known metric"),
        };
        written[kind] = fields;
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

    private static JsonObject Write(MetricSpec.Latency latency)
    {
        var fields = new JsonObject { ["histogram"] = Write(latency.Histogram), ["unit"] = latency.MillisecondsPerUnit == 1000 ? "seconds" : "milliseconds" };
        if (latency.SlowerThan is { } bound)
        {
            fields["slowerThan"] = Write(bound / latency.MillisecondsPerUnit);
        }

        return Write(latency.Clustering, Write(latency.Margins, fields));
    }

    private static JsonObject Write(MetricSpec.Series series)
    {
        var fields = new JsonObject { ["selectors"] = Write(series.Selectors), ["combine"] = series.Combine.ToString() };
        switch (series.Rule)
        {
            case SeriesRule.Threshold rule:
                var threshold = new JsonObject { ["failures"] = rule.Failures, ["samples"] = rule.Samples };
                Add(threshold, "above", rule.Above);
                Add(threshold, "below", rule.Below);
                fields["threshold"] = threshold;
                break;
            case SeriesRule.MannWhitney rule:
                fields["mannWhitney"] = new JsonObject { ["at"] = Write(rule.At), ["step"] = Durations.Write(rule.Step), ["margin"] = Write(rule.Margin), ["direction"] = rule.Direction.ToString() };
                break;
            case SeriesRule.Kayenta rule:
                fields["kayentaCompatible"] = new JsonObject
                {
                    ["at"] = Write(rule.At),
                    ["step"] = Durations.Write(rule.Step),
                    ["direction"] = rule.Direction.ToString(),
                    ["pass"] = rule.Pass,
                    ["marginal"] = rule.Marginal,
                };
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(series), series.Rule, "is no known rule");
        }

        return fields;
    }

    private static JsonArray Write(ValueList<TimeSpan> times) => new([.. times.Select(time => JsonValue.Create(Durations.Write(time)))]);

    private static JsonObject Write(Clustering clustering, JsonObject fields)
    {
        Add(fields, "dispersion", clustering.Dispersion);
        fields["retriesPerRequest"] = clustering.RetriesPerRequest;
        fields["robust"] = clustering.Robust;
        return fields;
    }

    private static void Add(JsonObject fields, string name, double? number)
    {
        if (number is { } value)
        {
            fields[name] = Write(value);
        }
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

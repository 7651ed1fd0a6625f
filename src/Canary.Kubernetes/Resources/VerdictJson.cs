using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Kubernetes.Resources;

/// <summary>A verdict with its numbers, as people and tools read it. Pure.</summary>
internal static class VerdictJson
{
    /// <summary>Writes what all metrics together say.</summary>
    public static JsonObject Write(Verdict verdict)
    {
        var written = new JsonObject { ["state"] = verdict.State.ToString(), ["reason"] = verdict.Reason };
        Add(written, "logEvidence", verdict.LogEvidence);
        Add(written, "logThreshold", verdict.LogThreshold);
        Add(written, "observedShare", verdict.ObservedShare);
        Add(written, "power", verdict.Power);
        return written;
    }

    /// <summary>Writes what one metric says.</summary>
    public static JsonObject Write(MetricVerdict metric, Verdict verdict)
    {
        var written = new JsonObject
        {
            ["name"] = metric.Name,
            ["state"] = verdict.StateOf(metric).ToString(),
            ["reason"] = metric.Sentence,
            ["measurement"] = metric.Measurement.ToString(),
        };
        Add(written, "stableRequests", metric.StableRequests);
        Add(written, "stableBad", metric.StableBad);
        Add(written, "candidateRequests", metric.CandidateRequests);
        Add(written, "candidateBad", metric.CandidateBad);
        Add(written, "stableRatio", metric.StableRequests > 0 ? metric.StableBad / metric.StableRequests : null);
        Add(written, "candidateRatio", metric.CandidateRequests > 0 ? metric.CandidateBad / metric.CandidateRequests : null);
        Add(written, "ratio", metric.Ratio);
        Add(written, "ratioLower", metric.RatioLower);
        Add(written, "ratioUpper", metric.RatioUpper);
        Add(written, "differencePercentPoints", metric.DifferencePercentPoints);
        Add(written, "differenceMilliseconds", metric.DifferenceMilliseconds);
        Add(written, "stableValues", metric.StableValues);
        Add(written, "candidateValues", metric.CandidateValues);
        Add(written, "evidence", metric.Evidence);
        Add(written, "logEvidence", metric.LogEvidence);
        Add(written, "logThreshold", metric.LogThreshold);
        Add(written, "logAcceptance", metric.LogAcceptance);
        Add(written, "looksLike", metric.LooksLike);
        Add(written, "secondsToDecide", metric.SecondsToDecide);
        Add(written, "smallestVisibleRatio", metric.SmallestVisibleRatio);
        Add(written, "dispersion", metric.Dispersion);
        Add(written, "dispersionBasis", metric.DispersionBasis?.ToString());
        Add(written, "stableRate", metric.StableRate);
        Add(written, "candidateRate", metric.CandidateRate);
        Add(written, "warning", metric.Warning);
        if (metric.Assumptions.Count > 0)
        {
            written["assumptions"] = new JsonArray([.. metric.Assumptions.Select(assumption => JsonValue.Create(assumption))]);
        }

        return written;
    }

    // JSON has no word for what is not finite
    private static void Add(JsonObject written, string name, double? number)
    {
        if (number is { } value && double.IsFinite(value))
        {
            written[name] = value;
        }
    }

    private static void Add(JsonObject written, string name, string? text)
    {
        if (text is not null)
        {
            written[name] = text;
        }
    }

    private static void Add(JsonObject written, string name, ValueList<NamedValue> values)
    {
        if (values.Count > 0)
        {
            written[name] = new JsonArray([.. values.Where(value => double.IsFinite(value.Value)).Select(Write)]);
        }
    }

    private static JsonObject Write(NamedValue value)
    {
        var written = new JsonObject { ["name"] = value.Name, ["value"] = value.Value };
        Add(written, "lower", value.Lower);
        Add(written, "upper", value.Upper);
        return written;
    }
}

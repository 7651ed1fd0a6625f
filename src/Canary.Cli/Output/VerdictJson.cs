using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Output;

/// <summary>Says for programs what a verdict is. Evidence is a natural logarithm; times are UTC; a field without a value is left out.</summary>
internal static class VerdictJson
{
    public static JsonObject Write(Verdict verdict)
    {
        var written = new JsonObject { ["state"] = verdict.State.ToString(), ["reason"] = verdict.Reason };
        JsonText.Add(written, "logEvidence", verdict.LogEvidence);
        JsonText.Add(written, "logThreshold", verdict.LogThreshold);
        written["metrics"] = new JsonArray([.. verdict.Metrics.Select(Metric)]);
        return written;
    }

    public static JsonObject Replay(ReplayReport report)
    {
        var written = new JsonObject
        {
            ["name"] = report.Name,
            ["notes"] = new JsonArray([.. report.Notes.Select(note => JsonValue.Create(note))]),
            ["decision"] = Decision(report.Trajectory.Decision),
            ["steps"] = new JsonArray([.. report.Trajectory.Steps.Select(Step)]),
            ["variants"] = new JsonArray([.. report.Variants.Select(variant => new JsonObject { ["settings"] = variant.Name, ["decision"] = Decision(variant.Trajectory.Decision) })]),
            ["rounds"] = new JsonArray([.. report.Trajectory.Points.Select(Point)]),
        };
        return written;
    }

    private static JsonObject Decision(ReplayDecision decision)
    {
        var written = new JsonObject { ["state"] = decision.State.ToString(), ["reason"] = decision.Reason, ["badCandidateRequests"] = decision.BadCandidateRequests };
        if (decision.At is { } at)
        {
            written["at"] = JsonText.Time(at);
        }

        JsonText.Add(written, "afterSeconds", decision.After?.TotalSeconds);
        return written;
    }

    private static JsonObject Step(StepOutcome step)
    {
        var written = new JsonObject { ["weight"] = step.Weight.Percent, ["from"] = JsonText.Time(step.From), ["until"] = JsonText.Time(step.Until), ["state"] = step.State.ToString(), ["reason"] = step.Reason };
        if (step.DecidedAt is { } at)
        {
            written["decidedAt"] = JsonText.Time(at);
        }

        return written;
    }

    private static JsonObject Point(TrajectoryPoint point)
    {
        var written = Write(point.Verdict);
        written.Insert(0, "at", JsonText.Time(point.At));
        written.Insert(1, "weight", point.Weight.Percent);
        return written;
    }

    private static JsonObject Metric(MetricVerdict metric)
    {
        var written = new JsonObject { ["name"] = metric.Name, ["measurement"] = metric.Measurement.ToString(), ["accepted"] = metric.Accepted, ["reason"] = metric.Sentence };
        JsonText.Add(written, "stableRequests", metric.StableRequests);
        JsonText.Add(written, "stableBad", metric.StableBad);
        JsonText.Add(written, "candidateRequests", metric.CandidateRequests);
        JsonText.Add(written, "candidateBad", metric.CandidateBad);
        JsonText.Add(written, "ratio", metric.Ratio);
        JsonText.Add(written, "ratioLower", metric.RatioLower);
        JsonText.Add(written, "ratioUpper", metric.RatioUpper);
        JsonText.Add(written, "logEvidence", metric.LogEvidence);
        JsonText.Add(written, "logAcceptance", metric.LogAcceptance);
        JsonText.Add(written, "differencePercentPoints", metric.DifferencePercentPoints);
        JsonText.Add(written, "secondsToDecide", metric.SecondsToDecide);
        JsonText.Add(written, "smallestVisibleRatio", metric.SmallestVisibleRatio);
        JsonText.Add(written, "dispersion", metric.Dispersion);
        Values(written, "stableValues", metric.StableValues);
        Values(written, "candidateValues", metric.CandidateValues);
        Text(written, "looksLike", metric.LooksLike);
        Text(written, "warning", metric.Warning);
        if (metric.Assumptions.Count > 0)
        {
            written["assumptions"] = new JsonArray([.. metric.Assumptions.Select(assumption => JsonValue.Create(assumption))]);
        }

        return written;
    }

    private static void Text(JsonObject to, string name, string? text)
    {
        if (text is not null)
        {
            to[name] = text;
        }
    }

    private static void Values(JsonObject to, string name, ValueList<NamedValue> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        var written = new JsonObject();
        foreach (var value in values)
        {
            var interval = new JsonObject { ["value"] = value.Value };
            JsonText.Add(interval, "lower", value.Lower);
            JsonText.Add(interval, "upper", value.Upper);
            written[value.Name] = interval;
        }

        to[name] = written;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Output;

/// <summary>Says for programs what a plan can see. Seconds, ratios and percents; a field without a value is left out.</summary>
internal static class PowerJson
{
    public static string Write(PowerQuestion question, PowerAnswer answer)
    {
        var written = new JsonObject
        {
            ["requestsPerSecond"] = question.RequestsPerSecond,
            ["regression"] = question.Regression,
            ["steps"] = new JsonArray([.. answer.Steps.Select(Step)]),
            ["chance"] = answer.Chance,
            ["badRequests"] = answer.BadRequests,
            ["warnings"] = new JsonArray([.. answer.Warnings.Select(warning => JsonValue.Create(warning))]),
        };
        JsonText.Add(written, "errorRatio", question.ErrorRatio);
        JsonText.Add(written, "seenAfterSeconds", answer.SeenAfter?.TotalSeconds);
        JsonText.Add(written, "acceptedAfterSeconds", answer.AcceptedAfter?.TotalSeconds);
        if (answer.Latency.Count > 0)
        {
            written["latency"] = new JsonArray([.. answer.Latency.Select(row => new JsonObject
            {
                ["description"] = row.Description,
                ["seconds"] = new JsonArray([.. row.Times.Select(time => time is { } known ? JsonValue.Create(known.TotalSeconds) : null)]),
            })]);
        }

        if (answer.Better is { } better)
        {
            written["better"] = new JsonObject
            {
                ["plan"] = Plan(better.Steps),
                ["durationSeconds"] = better.Duration.TotalSeconds,
                ["seenAfterSeconds"] = better.SeenAfter.TotalSeconds,
                ["badRequests"] = better.BadRequests,
                ["budget"] = better.Budget,
            };
        }

        return written.ToJsonString(JsonText.Indented);
    }

    private static JsonObject Step(PowerStep step)
    {
        var written = new JsonObject { ["weight"] = step.Step.Weight.Percent, ["durationSeconds"] = step.Step.Duration.TotalSeconds, ["chance"] = step.Chance, ["sees"] = step.Sees, ["badRequests"] = step.BadRequests };
        JsonText.Add(written, "secondsToSee", step.TimeToSee?.TotalSeconds);
        JsonText.Add(written, "secondsNeeded", step.Needed?.TotalSeconds);
        JsonText.Add(written, "smallestRatio", step.SmallestRatio);
        JsonText.Add(written, "secondsToAccept", step.TimeToAccept?.TotalSeconds);
        return written;
    }

    private static JsonArray Plan(ValueList<PlannedWeight> steps) =>
        new([.. steps.Select(step => new JsonObject { ["weight"] = step.Weight.Percent, ["durationSeconds"] = step.Duration.TotalSeconds })]);
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.Demo;

/// <summary>What a person sees of a Rollout at one time.</summary>
internal sealed record RolloutGlance(string Phase, string Message, string Step, int Weight, string? Candidate, string? CandidateImage, string? StableImage, string? VerdictState, string? Verdict, string? Outcome, string? OutcomeImage, string? OutcomeReason)
{
    public static RolloutGlance Of(JsonObject rollout)
    {
        var status = rollout["status"];
        var candidate = status?["candidate"];
        var last = status?["history"] is JsonArray { Count: > 0 } history ? history[0] : null;
        return new RolloutGlance(
            Text(status?["phase"]) ?? "",
            Text(status?["message"]) ?? "",
            Text(status?["stepLabel"]) ?? "",
            candidate?["weight"]?.GetValue<int>() ?? 0,
            Text(candidate?["revision"]),
            Text(candidate?["image"]),
            Text(status?["stable"]?["image"]),
            Text(status?["verdict"]?["state"]),
            Text(status?["verdict"]?["reason"]),
            Text(last?["outcome"]),
            Text(last?["image"]),
            Text(last?["reason"]));
    }

    private static string? Text(JsonNode? node) => node?.ToString() is { Length: > 0 } text ? text.ToString(CultureInfo.InvariantCulture) : null;
}

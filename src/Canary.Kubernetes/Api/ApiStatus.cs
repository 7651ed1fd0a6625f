using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Api;

/// <summary>Reads the <c>Status</c> objects in which the API server reports errors.</summary>
internal static class ApiStatus
{
    /// <summary>Makes the exception for an HTTP answer; the body may be anything, proxies answer in HTML.</summary>
    public static KubernetesApiException ToException(ApiCall call, int httpStatus, string body, TimeSpan? retryAfter)
    {
        JsonObject? status = null;
        try
        {
            status = JsonNode.Parse(body, null, ApiTransport.DocumentOptions) as JsonObject;
        }
        catch (JsonException)
        {
            // not from the API server; the HTTP status has to do
        }

        return ToException(call.ToString(), httpStatus, status, retryAfter, call.IsJsonPatch);
    }

    /// <summary>Makes the exception for the object of an ERROR event.</summary>
    public static KubernetesApiException FromEvent(string context, JsonObject? status) =>
        ToException(context, Integer(status?["code"]) ?? 500, status, null, isJsonPatch: false);

    private static KubernetesApiException ToException(string context, int code, JsonObject? status, TimeSpan? retryAfter, bool isJsonPatch)
    {
        var details = status?["details"] as JsonObject;
        if (retryAfter is null && Integer(details?["retryAfterSeconds"]) is { } seconds and > 0)
        {
            retryAfter = TimeSpan.FromSeconds(seconds);
        }

        var reason = Text(status?["reason"]);
        var message = Text(status?["message"]);
        var missing = code == 403 ? MissingRight.Read(message) : null;
        return new KubernetesApiException(
            code,
            reason.Length > 0 ? reason : ReasonOf(code),
            $"{context}: {code} {(message.Length > 0 ? message : ReasonOf(code))}{(missing is null ? "" : $"; {missing}")}",
            retryAfter is { } wait && wait < TimeSpan.Zero ? TimeSpan.Zero : retryAfter,
            null)
        {
            Causes = ReadCauses(details?["causes"] as JsonArray),
            FromJsonPatch = isJsonPatch,
            Missing = missing,
        };
    }

    private static IReadOnlyList<StatusCause> ReadCauses(JsonArray? causes) =>
        causes is null
            ? []
            : [.. causes.OfType<JsonObject>().Select(cause => new StatusCause(Text(cause["reason"]), Text(cause["field"]), Text(cause["message"])))];

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : string.Empty;

    private static int? Integer(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    private static string ReasonOf(int code) => code switch
    {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        410 => "Gone",
        422 => "Invalid",
        429 => "TooManyRequests",
        500 => "InternalError",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "Unknown",
    };
}

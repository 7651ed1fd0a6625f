using System.Text.Json.Nodes;
using Canary.Engine.Ports;
using Canary.Notifications.Outbound;

namespace Canary.Notifications.Slack;

/// <summary>Calls methods of Slack's Web API. Immutable.</summary>
/// <param name="http">Sends.</param>
/// <param name="service">Where the methods are; ends with a slash.</param>
/// <param name="token">The bot's token.</param>
internal sealed class SlackApi(OutboundHttp http, Uri service, string token)
{
    /// <summary>Calls a method.</summary>
    public async Task<SlackAnswer> CallAsync(string method, JsonObject body, CancellationToken cancellation)
    {
        var answer = await http.PostAsync(new Uri(service, method), body, token, cancellation).ConfigureAwait(false);
        if (answer.Result is not DeliveryResult.Delivered)
        {
            return new SlackAnswer(answer.Result, null, null);
        }

        var json = answer.Json;
        return (json?["ok"] as JsonValue)?.TryGetValue<bool>(out var ok) == true && ok
            ? new SlackAnswer(answer.Result, null, json)
            : new SlackAnswer(answer.Result, (json?["error"] as JsonValue)?.ToString() ?? "something that is not JSON", json);
    }
}

/// <summary>What Slack answered.</summary>
/// <param name="Result">What the status alone means.</param>
/// <param name="Error">Slack's word for what is wrong; null when nothing is.</param>
/// <param name="Json">The answer; null when it is no JSON.</param>
internal sealed record SlackAnswer(DeliveryResult Result, string? Error, JsonObject? Json);

/// <summary>Names a message: its channel and time stamp.</summary>
internal sealed record SlackHandle(string Channel, string Timestamp)
{
    /// <summary>Reads a handle as it is kept; null when it is none.</summary>
    public static SlackHandle? Read(string? kept) =>
        kept?.Split(':') is [{ Length: > 0 } channel, { Length: > 0 } timestamp] ? new SlackHandle(channel, timestamp) : null;

    /// <summary>Keeps the message that was posted; null when the answer does not name it.</summary>
    public static string? Write(JsonObject? posted) =>
        posted?["channel"]?.ToString() is { Length: > 0 } channel && posted["ts"]?.ToString() is { Length: > 0 } timestamp ? $"{channel}:{timestamp}" : null;
}

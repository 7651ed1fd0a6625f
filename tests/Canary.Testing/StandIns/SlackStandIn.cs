using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Testing.StandIns;

/// <summary>Slack's Web API as it documents itself: tokens, channels, limits of blocks, messages that exist, and <c>ok: false</c> with status 200.</summary>
public sealed class SlackStandIn
{
    public const string Token = "xoxb-right";

    private readonly HashSet<string> _posted = [];
    private int _clock;

    /// <summary>What is answered instead, in order.</summary>
    public Queue<Answer> Instead { get; } = [];

    public Answer Serve(Asked asked)
    {
        if (Instead.TryDequeue(out var instead))
        {
            return instead;
        }

        if (!asked.Headers.TryGetValue("Authorization", out var authorization) || authorization != $"Bearer {Token}")
        {
            return Error("invalid_auth");
        }

        if (!asked.Headers["Content-Type"].StartsWith("application/json", StringComparison.Ordinal))
        {
            return Error("invalid_form_data");
        }

        var message = asked.Json;
        var channel = message["channel"]?.ToString();
        if (channel is not ("#deploys" or "C123"))
        {
            return Error("channel_not_found");
        }

        if (message["text"]?.ToString() is not { Length: > 0 } && message["attachments"] is null)
        {
            return Error("no_text");
        }

        var blocks = (message["attachments"] as JsonArray)?.SelectMany(attachment => (JsonArray)attachment!["blocks"]!).ToList() ?? [];
        return blocks.Any(block => !IsValid(block!.AsObject())) || blocks.Count > 50 ? Error("invalid_blocks") : Accept(asked, message);
    }

    private Answer Accept(Asked asked, JsonObject message)
    {
        switch (asked.Path)
        {
            case "/chat.postMessage":
                if (message["thread_ts"]?.ToString() is { } thread && !_posted.Contains(thread))
                {
                    return Error("thread_not_found");
                }

                var posted = string.Create(CultureInfo.InvariantCulture, $"1700000000.{++_clock:000000}");
                _posted.Add(posted);
                return new Answer(200, new JsonObject { ["ok"] = true, ["channel"] = "C123", ["ts"] = posted }.ToJsonString());
            case "/chat.update":
                return _posted.Contains(message["ts"]?.ToString() ?? "")
                    ? new Answer(200, new JsonObject { ["ok"] = true, ["channel"] = "C123", ["ts"] = message["ts"]!.ToString() }.ToJsonString())
                    : Error("message_not_found");
            default:
                return Error("unknown_method");
        }
    }

    public static Answer Error(string word) => new(200, new JsonObject { ["ok"] = false, ["error"] = word }.ToJsonString());

    private static bool IsValid(JsonObject block) => block["type"]!.ToString() switch
    {
        "section" => (block["text"] is not { } text || text["text"]!.ToString() is { Length: > 0 and <= 3000 })
            && (block["fields"] is not JsonArray fields || (fields.Count is > 0 and <= 10 && fields.All(field => field!["text"]!.ToString() is { Length: > 0 and <= 2000 }))),
        "context" => block["elements"] is JsonArray { Count: > 0 and <= 10 },
        "actions" => block["elements"] is JsonArray { Count: > 0 and <= 25 } buttons && buttons.All(button =>
            button!["text"]!["text"]!.ToString().Length <= 75 && button["value"]!.ToString().Length <= 2000 && button["action_id"]!.ToString().Length <= 255
            && (button["confirm"] is not { } confirm || (confirm["text"]!["text"]!.ToString().Length <= 300 && confirm["title"]!["text"]!.ToString().Length <= 100))),
        _ => false,
    };
}

using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Engine.Ports;
using Canary.Notifications.Content;

namespace Canary.Notifications.Chat;

/// <summary>A Discord webhook's message with one embed. Nobody is mentioned, whatever the text says. Pure.</summary>
/// <remarks>Source: Discord developer documentation, "Execute Webhook" and "Embed Limits": content 2000 characters, description 4096, 25 fields of 1024.</remarks>
internal sealed class DiscordEmbed : IChatFormat
{
    private const int LongestContent = 2000;
    private const int LongestValue = 1024;

    /// <inheritdoc />
    public JsonObject Write(Receiver receiver, NotificationOrder order, Message message) => new()
    {
        ["content"] = Cut(message.Sentence, LongestContent),
        ["allowed_mentions"] = new JsonObject { ["parse"] = new JsonArray() },
        ["embeds"] = new JsonArray(new JsonObject
        {
            ["color"] = int.Parse(message.Colour, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            ["description"] = Description(message),
            ["fields"] = new JsonArray([.. message.Facts.Select(fact => new JsonObject { ["name"] = fact.Name, ["value"] = Cut(fact.Value, LongestValue), ["inline"] = fact.Value.Length <= 30 })]),
            ["timestamp"] = order.Notification.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        }),
    };

    private static string Description(Message message)
    {
        var parts = new List<string>();
        if (message.Metrics.Length > 0)
        {
            parts.Add($"```\n{message.Metrics}\n```");
        }

        if (message.Commands.Count > 0)
        {
            parts.Add($"```\n{string.Join('\n', message.Commands)}\n```");
        }

        parts.AddRange(message.Links.Select(link => $"[{link.Title}]({link.Address})"));
        return string.Join('\n', parts);
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 1), "…");
}

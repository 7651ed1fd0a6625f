using System.Text.Json.Nodes;
using Canary.Engine.Ports;
using Canary.Notifications.Content;

namespace Canary.Notifications.Chat;

/// <summary>A message of Slack's former shape, text with an attachment, as Mattermost and Rocket.Chat take it. Pure.</summary>
/// <remarks>Source: Mattermost, "Incoming webhooks" and "Message attachments"; Rocket.Chat, "Integrations". Neither knows Slack's blocks.</remarks>
/// <param name="bold">What makes a word bold there.</param>
internal sealed class AttachmentMessage(string bold) : IChatFormat
{
    /// <inheritdoc />
    public JsonObject Write(Receiver receiver, NotificationOrder order, Message message)
    {
        var text = new List<string>();
        if (message.Metrics.Length > 0)
        {
            text.Add($"```\n{message.Metrics}\n```");
        }

        if (message.Commands.Count > 0)
        {
            text.Add($"```\n{string.Join('\n', message.Commands)}\n```");
        }

        text.AddRange(message.Links.Select(link => $"[{link.Title}]({link.Address})"));
        var written = new JsonObject
        {
            ["username"] = "canary",
            ["text"] = $"{bold}{Quiet(message.Sentence)}{bold}",
            ["attachments"] = new JsonArray(new JsonObject
            {
                ["fallback"] = message.Sentence,
                ["color"] = $"#{message.Colour}",
                ["text"] = string.Join('\n', text),
                ["fields"] = new JsonArray([.. message.Facts.Select(fact => new JsonObject { ["title"] = fact.Name, ["value"] = Quiet(fact.Value), ["short"] = fact.Value.Length <= 30 })]),
            }),
        };
        if ((order.Target.Channel ?? receiver.Channel) is { } channel)
        {
            written["channel"] = channel;
        }

        return written;
    }

    // @all, @here and @channel call everybody; a zero-width space keeps them as words
    private static string Quiet(string text) => text.Replace("@", "@\u200b", StringComparison.Ordinal);
}

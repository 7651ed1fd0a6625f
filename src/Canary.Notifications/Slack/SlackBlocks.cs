using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core.Notifications;
using Canary.Engine.Ports;
using Canary.Notifications.Content;

namespace Canary.Notifications.Slack;

/// <summary>Writes what stands below a message's sentence as Slack's blocks: facts, metrics, links, and buttons that name the revision they are about. Pure.</summary>
/// <remarks>Source: Slack, "Block Kit" reference: 50 blocks, section 3000 characters, 10 fields of 2000, button text 75, value 2000.</remarks>
internal static class SlackBlocks
{
    private const int LongestSection = 2900;
    private const int LongestField = 1900;
    private const int MostFields = 10;

    /// <summary>The blocks.</summary>
    public static JsonArray Of(Receiver receiver, NotificationOrder order, Message message)
    {
        var blocks = new JsonArray
        {
            new JsonObject
            {
                ["type"] = "section",
                ["fields"] = new JsonArray([.. message.Facts.Take(MostFields).Select(fact => Mrkdwn($"*{fact.Name}*\n{SlackText.Escape(SlackText.Cut(fact.Value, LongestField))}"))]),
            },
        };
        if (message.Metrics.Length > 0)
        {
            blocks.Add(Section($"```{SlackText.Escape(SlackText.Cut(message.Metrics, LongestSection))}```"));
        }

        if (message.Links.Count > 0)
        {
            blocks.Add(Context(string.Join(" · ", message.Links.Select(link => $"<{SlackText.Escape(link.Address)}|{SlackText.Escape(link.Title)}>"))));
        }

        if (receiver is { Buttons: true, Key: not null } && order.Notification.Facts.Next.Count > 0)
        {
            blocks.Add(Buttons(order));
        }
        else if (message.Commands.Count > 0)
        {
            blocks.Add(Context(string.Join("\n", message.Commands.Select(command => $"`{SlackText.Escape(command)}`"))));
        }

        return blocks;
    }

    /// <summary>What a button stands for: <c>namespace/name/uid/attempt/revision</c>. A press on an old message names a revision that is no longer on trial, and does nothing.</summary>
    public static string Value(NotificationOrder order) => string.Create(
        CultureInfo.InvariantCulture,
        $"{order.Key.Namespace}/{order.Key.Name}/{order.Id[..order.Id.LastIndexOf('.')]}/{order.Notification.Attempt}/{order.Notification.Facts.Candidate?.Hash}");

    private static JsonObject Buttons(NotificationOrder order) => new()
    {
        ["type"] = "actions",
        ["block_id"] = "canary",
        ["elements"] = new JsonArray([.. order.Notification.Facts.Next.Select(verb => Button(order, verb))]),
    };

    private static JsonObject Button(NotificationOrder order, string verb)
    {
        var title = $"{char.ToUpperInvariant(verb[0])}{verb[1..]}";
        var button = new JsonObject
        {
            ["type"] = "button",
            ["action_id"] = $"canary_{verb}",
            ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = title },
            ["value"] = Value(order),
        };
        if (verb is "abort" or "rollback" or "promote")
        {
            button["style"] = verb == "promote" ? "primary" : "danger";
            button["confirm"] = new JsonObject
            {
                ["title"] = new JsonObject { ["type"] = "plain_text", ["text"] = $"{title}?" },
                ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = Consequence(order, verb) },
                ["confirm"] = new JsonObject { ["type"] = "plain_text", ["text"] = title },
                ["deny"] = new JsonObject { ["type"] = "plain_text", ["text"] = "Leave it" },
            };
        }

        return button;
    }

    private static string Consequence(NotificationOrder order, string verb) => SlackText.Cut(
        verb switch
        {
            "promote" => $"All requests of {order.Key} go to {order.Notification.Facts.CandidateImage} now, without further analysis.",
            "abort" => $"All requests of {order.Key} go back to {order.Notification.Facts.StableImage}.",
            _ => $"{order.Key} goes back to the revision before {order.Notification.Facts.CandidateImage}.",
        },
        290);

    private static JsonObject Section(string text) => new() { ["type"] = "section", ["text"] = Mrkdwn(text) };

    private static JsonObject Context(string text) => new() { ["type"] = "context", ["elements"] = new JsonArray(Mrkdwn(SlackText.Cut(text, LongestField))) };

    private static JsonObject Mrkdwn(string text) => new() { ["type"] = "mrkdwn", ["text"] = text };
}

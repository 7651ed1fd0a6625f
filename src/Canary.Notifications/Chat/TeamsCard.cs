using System.Text.Json.Nodes;
using Canary.Core.Notifications;
using Canary.Engine.Ports;
using Canary.Notifications.Content;

namespace Canary.Notifications.Chat;

/// <summary>An Adaptive Card for a Teams workflow "When a Teams webhook request is received". Pure.</summary>
/// <remarks>Source: Microsoft, "Create incoming webhooks with Workflows" and the Adaptive Cards 1.5 schema. Cards have links, no commands.</remarks>
internal sealed class TeamsCard : IChatFormat
{
    /// <inheritdoc />
    public JsonObject Write(Receiver receiver, NotificationOrder order, Message message)
    {
        var body = new JsonArray
        {
            new JsonObject
            {
                ["type"] = "TextBlock",
                ["text"] = Escaped(message.Sentence),
                ["wrap"] = true,
                ["weight"] = "Bolder",
                ["color"] = message.Severity switch { Severity.Critical => "Attention", Severity.Warning => "Warning", _ => "Good" },
            },
            new JsonObject
            {
                ["type"] = "FactSet",
                ["facts"] = new JsonArray([.. message.Facts.Select(fact => new JsonObject { ["title"] = fact.Name, ["value"] = Escaped(fact.Value) })]),
            },
        };
        if (message.Metrics.Length > 0)
        {
            body.Add(new JsonObject { ["type"] = "TextBlock", ["text"] = message.Metrics.Replace("\n", "\n\n", StringComparison.Ordinal), ["wrap"] = true, ["fontType"] = "Monospace" });
        }

        if (message.Commands.Count > 0)
        {
            body.Add(new JsonObject { ["type"] = "TextBlock", ["text"] = string.Join("\n\n", message.Commands), ["wrap"] = true, ["fontType"] = "Monospace", ["isSubtle"] = true });
        }

        return new JsonObject
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject
            {
                ["contentType"] = "application/vnd.microsoft.card.adaptive",
                ["content"] = new JsonObject
                {
                    ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                    ["type"] = "AdaptiveCard",
                    ["version"] = "1.5",
                    ["fallbackText"] = message.Sentence,
                    ["msteams"] = new JsonObject { ["width"] = "Full" },
                    ["body"] = body,
                    ["actions"] = new JsonArray([.. message.Links.Select(link => new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = link.Title, ["url"] = link.Address })]),
                },
            }),
        };
    }

    // a card's text is Markdown
    private static string Escaped(string text) => text.Replace("*", "\\*", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
}

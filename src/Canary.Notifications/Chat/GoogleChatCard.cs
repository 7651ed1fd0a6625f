using System.Text.Json.Nodes;
using Canary.Engine.Ports;
using Canary.Notifications.Content;

namespace Canary.Notifications.Chat;

/// <summary>A Google Chat message with a card, in one thread a rollout. Pure.</summary>
/// <remarks>Source: Google Chat API, "Send messages with an incoming webhook" and the reference of <c>spaces.messages</c> (cardsV2, thread.threadKey, messageReplyOption).</remarks>
internal sealed class GoogleChatCard : IChatFormat
{
    /// <inheritdoc />
    public JsonObject Write(Receiver receiver, NotificationOrder order, Message message)
    {
        var widgets = new JsonArray([.. message.Facts.Select(fact => new JsonObject { ["decoratedText"] = new JsonObject { ["topLabel"] = fact.Name, ["text"] = Escaped(fact.Value), ["wrapText"] = true } })]);
        foreach (var block in new[] { message.Metrics, string.Join('\n', message.Commands) }.Where(block => block.Length > 0))
        {
            widgets.Add(new JsonObject { ["textParagraph"] = new JsonObject { ["text"] = Escaped(block).Replace("\n", "<br>", StringComparison.Ordinal) } });
        }

        if (message.Links.Count > 0)
        {
            widgets.Add(new JsonObject
            {
                ["buttonList"] = new JsonObject
                {
                    ["buttons"] = new JsonArray([.. message.Links.Select(link => new JsonObject { ["text"] = link.Title, ["onClick"] = new JsonObject { ["openLink"] = new JsonObject { ["url"] = link.Address } } })]),
                },
            });
        }

        return new JsonObject
        {
            ["text"] = Plain(message.Sentence),
            ["thread"] = new JsonObject { ["threadKey"] = Thread(order) },
            ["cardsV2"] = new JsonArray(new JsonObject
            {
                ["cardId"] = order.Id,
                ["card"] = new JsonObject { ["sections"] = new JsonArray(new JsonObject { ["widgets"] = widgets }) },
            }),
        };
    }

    /// <inheritdoc />
    public Uri Address(Uri address, NotificationOrder order) =>
        new($"{address.AbsoluteUri}{(address.Query.Length > 0 ? "&" : "?")}messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");

    private static string Thread(NotificationOrder order) => FormattableString.Invariant($"{order.Id[..order.Id.LastIndexOf('.')]}.{order.Notification.Attempt}");

    // <users/all> in a text calls everybody
    private static string Plain(string text) => text.Replace('<', '‹').Replace('>', '›');

    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}

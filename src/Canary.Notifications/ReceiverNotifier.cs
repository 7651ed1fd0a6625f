using Canary.Engine.Ports;
using Canary.Notifications.Chat;
using Canary.Notifications.Content;
using Canary.Notifications.Outbound;
using Canary.Notifications.PagerDuty;
using Canary.Notifications.Slack;
using Canary.Notifications.Webhook;
using Microsoft.Extensions.Options;

namespace Canary.Notifications;

/// <summary>Tells receivers of every kind. Thread-safe.</summary>
internal sealed class ReceiverNotifier : INotifier
{
    private readonly IReceiverDirectory _directory;
    private readonly Dictionary<ReceiverKind, IReceiverClient> _clients;

    public ReceiverNotifier(IReceiverDirectory directory, OutboundHttp http, IOptions<NotificationOptions> options, TimeProvider time)
    {
        _directory = directory;
        var content = new MessageContent(options.Value.ClusterName);
        _clients = new Dictionary<ReceiverKind, IReceiverClient>
        {
            [ReceiverKind.Slack] = new SlackClient(http, content),
            [ReceiverKind.Teams] = new ChatClient(http, content, new TeamsCard()),
            [ReceiverKind.Discord] = new ChatClient(http, content, new DiscordEmbed()),
            [ReceiverKind.GoogleChat] = new ChatClient(http, content, new GoogleChatCard()),
            [ReceiverKind.Mattermost] = new ChatClient(http, content, new AttachmentMessage(bold: "**")),
            [ReceiverKind.RocketChat] = new ChatClient(http, content, new AttachmentMessage(bold: "*")),
            [ReceiverKind.PagerDuty] = new PagerDutyClient(http, content),
            [ReceiverKind.Webhook] = new WebhookClient(http, content, time),
        };
    }

    /// <inheritdoc />
    public async Task<DeliveryResult> DeliverAsync(NotificationOrder order, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(order);
        return await _directory.FindAsync(order.Key, order.Target.Receiver, cancellation).ConfigureAwait(false) switch
        {
            ReceiverLookup.Found { Receiver: var receiver } => await _clients[receiver.Kind].TellAsync(receiver, order, cancellation).ConfigureAwait(false),
            ReceiverLookup.Missing { Why: var why } => new DeliveryResult.Failed(why),
            var other => throw new InvalidOperationException($"{other} is no known lookup"),
        };
    }
}

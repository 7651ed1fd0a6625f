using Canary.Engine.Ports;
using Canary.Notifications.Content;
using Canary.Notifications.Outbound;

namespace Canary.Notifications.Chat;

/// <summary>Tells a chat by a webhook that takes one message and updates none. Thread-safe.</summary>
internal sealed class ChatClient(OutboundHttp http, MessageContent content, IChatFormat format) : IReceiverClient
{
    /// <inheritdoc />
    public async Task<DeliveryResult> TellAsync(Receiver receiver, NotificationOrder order, CancellationToken cancellation)
    {
        if (receiver.Address is not { } address)
        {
            return new DeliveryResult.Failed("the receiver has no address");
        }

        var body = format.Write(receiver, order, content.Of(order, receiver));
        return (await http.PostAsync(format.Address(address, order), body, null, cancellation).ConfigureAwait(false)).Result;
    }
}

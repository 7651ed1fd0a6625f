using System.Globalization;
using System.Text;
using Canary.Engine.Ports;
using Canary.Notifications.Content;
using Canary.Notifications.Outbound;

namespace Canary.Notifications.Webhook;

/// <summary>Tells any endpoint: a CloudEvent, signed by the Standard Webhooks scheme when there is a key. Thread-safe.</summary>
internal sealed class WebhookClient(OutboundHttp http, MessageContent content, TimeProvider time) : IReceiverClient
{
    /// <inheritdoc />
    public async Task<DeliveryResult> TellAsync(Receiver receiver, NotificationOrder order, CancellationToken cancellation)
    {
        if (receiver.Address is not { } address)
        {
            return new DeliveryResult.Failed("the receiver has no address");
        }

        var body = Encoding.UTF8.GetBytes(CloudEvent.Of(order, content.Of(order, receiver)).ToJsonString());
        var at = time.GetUtcNow();
        var headers = new List<(string, string)> { ("webhook-id", order.Id), ("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)) };
        if (receiver.Key is { } secret)
        {
            if (WebhookSignature.Key(secret) is not { } key)
            {
                return new DeliveryResult.Failed("the signing secret is no whsec_ with base64 of 24 to 64 bytes");
            }

            headers.Add(("webhook-signature", WebhookSignature.Sign(key, order.Id, at, body)));
        }

        return (await http.SendAsync(address, body, CloudEvent.MediaType, headers, cancellation).ConfigureAwait(false)).Result;
    }
}

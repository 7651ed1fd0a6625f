using System.Text.Json.Nodes;
using Canary.Core.Notifications;
using Canary.Engine.Ports;
using Canary.Notifications.Content;
using Canary.Notifications.Outbound;

namespace Canary.Notifications.Slack;

/// <summary>
/// Tells Slack. With a bot token a rollout has one message, which always shows how it stands, and a thread of what happened; an incoming webhook only posts. Thread-safe.
/// </summary>
/// <remarks>
/// Source: Slack Web API, <c>chat.postMessage</c> and <c>chat.update</c>, and "Sending messages using incoming webhooks". An answer with <c>"ok": false</c> has status 200.
/// Slack has no way to repeat a post safely: one whose answer was lost may stand there twice.
/// </remarks>
internal sealed class SlackClient(OutboundHttp http, MessageContent content) : IReceiverClient
{
    private static readonly Uri Service = new("https://slack.com/api/");

    // what Slack says of the message itself will be true of the same message tomorrow
    private static readonly HashSet<string> Hopeless = ["invalid_blocks", "invalid_blocks_format", "msg_too_long", "no_text", "invalid_arguments", "metadata_too_large"];

    private static readonly HashSet<string> MessageGone = ["message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"];

    /// <inheritdoc />
    public async Task<DeliveryResult> TellAsync(Receiver receiver, NotificationOrder order, CancellationToken cancellation)
    {
        var message = content.Of(order, receiver);
        if (receiver.Key is not { Length: > 0 } token)
        {
            return receiver.Address is { } hook
                ? (await http.PostAsync(hook, Body(receiver, order, message), null, cancellation).ConfigureAwait(false)).Result
                : new DeliveryResult.Failed("the receiver has neither a token nor an address");
        }

        if ((order.Target.Channel ?? receiver.Channel) is not { Length: > 0 } channel)
        {
            return new DeliveryResult.Failed("neither the rule nor the receiver names a channel");
        }

        var api = new SlackApi(http, receiver.Address ?? Service, token);
        if (SlackHandle.Read(order.Handle) is not { } handle)
        {
            return await BeginAsync(api, channel, receiver, order, message, cancellation).ConfigureAwait(false);
        }

        var body = Body(receiver, order, message);
        body["channel"] = handle.Channel;
        body["ts"] = handle.Timestamp;
        var updated = await api.CallAsync("chat.update", body, cancellation).ConfigureAwait(false);
        if (updated.Error is { } error && MessageGone.Contains(error))
        {
            return await BeginAsync(api, channel, receiver, order, message, cancellation).ConfigureAwait(false);
        }

        if (updated.Error is not null || updated.Result is not DeliveryResult.Delivered)
        {
            return ResultOf(updated, null);
        }

        var reply = new JsonObject
        {
            ["channel"] = handle.Channel,
            ["thread_ts"] = handle.Timestamp,
            ["text"] = SlackText.Escape(message.Sentence),
            ["unfurl_links"] = false,
            ["metadata"] = Metadata(order),
        };
        if (order.Notification.Severity == Severity.Critical)
        {
            reply["reply_broadcast"] = true;
        }

        return ResultOf(await api.CallAsync("chat.postMessage", reply, cancellation).ConfigureAwait(false), order.Handle);
    }

    private static async Task<DeliveryResult> BeginAsync(SlackApi api, string channel, Receiver receiver, NotificationOrder order, Message message, CancellationToken cancellation)
    {
        var body = Body(receiver, order, message);
        body["channel"] = channel;
        body["metadata"] = Metadata(order);
        var posted = await api.CallAsync("chat.postMessage", body, cancellation).ConfigureAwait(false);
        return ResultOf(posted, SlackHandle.Write(posted.Json));
    }

    private static DeliveryResult ResultOf(SlackAnswer answer, string? handle) => answer switch
    {
        { Error: { } error } when Hopeless.Contains(error) => new DeliveryResult.Refused($"Slack answered {error}"),
        { Error: { } error } => new DeliveryResult.Failed($"Slack answered {error}"),
        { Result: DeliveryResult.Delivered } => new DeliveryResult.Delivered(handle),
        _ => answer.Result,
    };

    private static JsonObject Body(Receiver receiver, NotificationOrder order, Message message) => new()
    {
        ["text"] = SlackText.Escape(message.Sentence),
        ["attachments"] = new JsonArray(new JsonObject { ["color"] = $"#{message.Colour}", ["fallback"] = message.Sentence, ["blocks"] = SlackBlocks.Of(receiver, order, message) }),
    };

    private static JsonObject Metadata(NotificationOrder order) => new()
    {
        ["event_type"] = "canary_notification",
        ["event_payload"] = new JsonObject { ["id"] = order.Id },
    };
}

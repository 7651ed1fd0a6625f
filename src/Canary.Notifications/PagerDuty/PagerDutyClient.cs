using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core.Notifications;
using Canary.Engine.Ports;
using Canary.Notifications.Content;
using Canary.Notifications.Outbound;

namespace Canary.Notifications.PagerDuty;

/// <summary>Tells PagerDuty: an alert on a rollback, resolved when the rollout recovers or another is promoted; change events for promotions and starts. Thread-safe.</summary>
/// <remarks>Source: PagerDuty Events API v2, "Send an Alert Event" and "Send a Change Event": 202 accepts, 400 is an invalid event, 429 asks to slow down.</remarks>
internal sealed class PagerDutyClient(OutboundHttp http, MessageContent content) : IReceiverClient
{
    private const int LongestSummary = 1024;

    private static readonly Uri Service = new("https://events.pagerduty.com");

    /// <inheritdoc />
    public async Task<DeliveryResult> TellAsync(Receiver receiver, NotificationOrder order, CancellationToken cancellation)
    {
        if (receiver.Key is not { Length: > 0 } key)
        {
            return new DeliveryResult.Failed("the receiver has no routing key");
        }

        var message = content.Of(order, receiver);
        var service = receiver.Address ?? Service;
        foreach (var (path, body) in Bodies(key, order, message))
        {
            var answer = await http.PostAsync(new Uri(service, path), body, null, cancellation).ConfigureAwait(false);
            if (answer.Result is not DeliveryResult.Delivered)
            {
                return answer.Result;
            }
        }

        return new DeliveryResult.Delivered();
    }

    private static IEnumerable<(string Path, JsonObject Body)> Bodies(string key, NotificationOrder order, Message message)
    {
        // one alert a Rollout: a second rollback in a row joins it
        var alert = $"canary/{order.Key}";
        switch (order.Notification.Event)
        {
            case NotificationEvent.Promoted:
                yield return ("/v2/change/enqueue", Change(key, order, message));
                yield return ("/v2/enqueue", Action(key, "resolve", alert));
                break;
            case NotificationEvent.Started:
                yield return ("/v2/change/enqueue", Change(key, order, message));
                break;
            case NotificationEvent.Recovered:
                yield return ("/v2/enqueue", Action(key, "resolve", alert));
                break;
            default:
                if (order.Notification.Severity == Severity.Info)
                {
                    yield return ("/v2/change/enqueue", Change(key, order, message));
                    break;
                }

                var trigger = Action(key, "trigger", alert);
                trigger["payload"] = new JsonObject
                {
                    ["summary"] = Summary(message),
                    ["source"] = order.Key.ToString(),
                    ["severity"] = order.Notification.Severity == Severity.Critical ? "critical" : "warning",
                    ["timestamp"] = Time(order),
                    ["component"] = order.Key.Name,
                    ["group"] = order.Key.Namespace,
                    ["class"] = order.Notification.Reason,
                    ["custom_details"] = Details(order, message),
                };
                trigger["links"] = Links(message);
                yield return ("/v2/enqueue", trigger);
                break;
        }
    }

    private static JsonObject Action(string key, string action, string alert) => new() { ["routing_key"] = key, ["event_action"] = action, ["dedup_key"] = alert, ["client"] = "canary" };

    private static JsonObject Change(string key, NotificationOrder order, Message message) => new()
    {
        ["routing_key"] = key,
        ["payload"] = new JsonObject
        {
            ["summary"] = Summary(message),
            ["source"] = order.Key.ToString(),
            ["timestamp"] = Time(order),
            ["custom_details"] = Details(order, message),
        },
        ["links"] = Links(message),
    };

    private static string Summary(Message message) =>
        message.Sentence.Length <= LongestSummary ? message.Sentence : string.Concat(message.Sentence.AsSpan(0, LongestSummary - 1), "…");

    private static string Time(NotificationOrder order) => order.Notification.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Details(NotificationOrder order, Message message)
    {
        var details = new JsonObject { ["id"] = order.Id };
        foreach (var fact in message.Facts)
        {
            details[fact.Name] = fact.Value;
        }

        if (message.Metrics.Length > 0)
        {
            details["Metrics"] = message.Metrics;
        }

        if (message.Commands.Count > 0)
        {
            details["Next"] = string.Join("\n", message.Commands);
        }

        return details;
    }

    private static JsonArray Links(Message message) => new([.. message.Links.Select(link => new JsonObject { ["href"] = link.Address, ["text"] = link.Title })]);
}

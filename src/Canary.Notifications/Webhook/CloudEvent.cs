using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Notifications;
using Canary.Engine.Ports;
using Canary.Notifications.Content;

namespace Canary.Notifications.Webhook;

/// <summary>Writes a notification as a CloudEvent. Pure.</summary>
/// <remarks>Source: CloudEvents 1.0.2, JSON event format, structured mode.</remarks>
internal static class CloudEvent
{
    /// <summary>The content type of the structured mode.</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>The event.</summary>
    public static JsonObject Of(NotificationOrder order, Message message)
    {
        var notification = order.Notification;
        var facts = notification.Facts;
        return new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = order.Id,
            ["source"] = $"/apis/canary.dev/v1alpha1/namespaces/{order.Key.Namespace}/rollouts/{order.Key.Name}",
            ["type"] = $"dev.canary.rollout.{char.ToLowerInvariant(notification.Event.ToString()[0])}{notification.Event.ToString()[1..]}",
            ["subject"] = $"{order.Key}",
            ["time"] = notification.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["datacontenttype"] = "application/json",
            ["data"] = WithoutNulls(new JsonObject
            {
                ["namespace"] = order.Key.Namespace,
                ["name"] = order.Key.Name,
                ["number"] = notification.Number,
                ["attempt"] = notification.Attempt,
                ["reason"] = notification.Reason,
                ["severity"] = notification.Severity.ToString(),
                ["sentence"] = message.Sentence,
                ["phase"] = facts.Phase,
                ["stable"] = Arm(facts.Stable?.Hash, facts.StableImage),
                ["candidate"] = Arm(facts.Candidate?.Hash, facts.CandidateImage),
                ["weightPercent"] = facts.Weight.Percent,
                ["step"] = facts.Step,
                ["steps"] = facts.Steps,
                ["startedAt"] = facts.StartedAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["exposedSeconds"] = facts.Exposed?.TotalSeconds,
                ["candidateRequests"] = facts.CandidateRequests,
                ["by"] = facts.By,
                ["analysisRun"] = facts.AnalysisRun,
                ["metrics"] = new JsonArray([.. facts.Metrics.Select(Metric)]),
                ["next"] = new JsonArray([.. facts.Next.Select(verb => JsonValue.Create(verb))]),
                ["links"] = new JsonArray([.. message.Links.Select(link => new JsonObject { ["title"] = link.Title, ["url"] = link.Address })]),
            }),
        };
    }

    private static JsonObject? Arm(string? revision, string? image) => revision is null ? null : WithoutNulls(new JsonObject { ["revision"] = revision, ["image"] = image });

    private static JsonObject Metric(MetricLine metric) => WithoutNulls(new JsonObject
    {
        ["name"] = metric.Name,
        ["unit"] = metric.Unit switch { MetricUnit.Percent => "%", MetricUnit.Milliseconds => "ms", _ => null },
        ["stable"] = metric.Stable,
        ["candidate"] = metric.Candidate,
        ["ratio"] = metric.Ratio,
        ["ratioLower"] = metric.RatioLower,
        ["ratioUpper"] = metric.RatioUpper,
        ["failed"] = metric.Failed,
    });

    private static JsonObject WithoutNulls(JsonObject fields)
    {
        foreach (var name in fields.Where(field => field.Value is null).Select(field => field.Key).ToList())
        {
            fields.Remove(name);
        }

        return fields;
    }
}

using System.Globalization;
using Canary.Core;
using Canary.Core.Notifications;
using Canary.Engine.Ports;

namespace Canary.Notifications.Content;

/// <summary>Makes of a notification what every service shows: the sentence first, then revisions, step, metrics, links and what to do. Pure.</summary>
/// <param name="cluster">What the cluster is called; empty leaves it out.</param>
internal sealed class MessageContent(string cluster)
{
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(10);

    /// <summary>The message for one receiver.</summary>
    public Message Of(NotificationOrder order, Receiver receiver)
    {
        var notification = order.Notification;
        var values = Values(order);
        return new Message(
            notification.Severity,
            order.Target.Template is { } template ? Placeholders.Fill(template, values, encode: false) : notification.Sentence,
            Facts(order),
            MetricTable.Of(notification.Facts.Metrics),
            receiver.Links.Select(link => new Link(link.Title, Placeholders.Fill(link.Address, values, encode: true))).ToValueList(),
            notification.Facts.Next.Select(verb => $"canary {verb} {order.Key.Name} -n {order.Key.Namespace}").ToValueList());
    }

    private ValueList<Fact> Facts(NotificationOrder order)
    {
        var facts = order.Notification.Facts;
        var shown = new List<Fact> { new("Rollout", $"{order.Key}{(cluster.Length > 0 ? $" in {cluster}" : "")}"), new("Phase", facts.Phase) };
        Add(shown, "Candidate", facts.CandidateImage, facts.Candidate?.Hash);
        Add(shown, "Stable", facts.StableImage, facts.Stable?.Hash);
        if (facts is { Step: { } step, Steps: { } steps })
        {
            shown.Add(new Fact("Step", string.Create(CultureInfo.InvariantCulture, $"{step} of {steps}, {facts.Weight}")));
        }

        if (facts.By is { } by)
        {
            shown.Add(new Fact("Ordered by", by));
        }

        if (facts.AnalysisRun is { } run)
        {
            shown.Add(new Fact("AnalysisRun", run));
        }

        return shown.ToValueList();
    }

    private static void Add(List<Fact> shown, string name, string? image, string? revision)
    {
        if (revision is not null)
        {
            shown.Add(new Fact(name, string.IsNullOrEmpty(image) ? revision : $"{image} ({revision})"));
        }
    }

    private Dictionary<string, string> Values(NotificationOrder order)
    {
        var notification = order.Notification;
        var facts = notification.Facts;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["sentence"] = notification.Sentence,
            ["cluster"] = cluster,
            ["namespace"] = order.Key.Namespace,
            ["name"] = order.Key.Name,
            ["event"] = notification.Event.ToString(),
            ["reason"] = notification.Reason,
            ["severity"] = notification.Severity.ToString(),
            ["phase"] = facts.Phase,
            ["candidate"] = facts.Candidate?.Hash ?? "",
            ["candidateImage"] = facts.CandidateImage ?? "",
            ["stable"] = facts.Stable?.Hash ?? "",
            ["stableImage"] = facts.StableImage ?? "",
            ["weight"] = facts.Weight.Percent.ToString(CultureInfo.InvariantCulture),
            ["by"] = facts.By ?? "",
            ["analysisRun"] = facts.AnalysisRun ?? "",
            ["from"] = Milliseconds((facts.StartedAt ?? notification.At) - Before),
            ["to"] = Milliseconds(notification.At + Before),
        };
    }

    private static string Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}

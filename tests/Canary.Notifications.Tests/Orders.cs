using Canary.Core;
using Canary.Core.Notifications;
using Canary.Core.Traffic;
using Canary.Engine.Ports;
using Microsoft.Extensions.Options;

namespace Canary.Notifications.Tests;

/// <summary>What there is to tell in these tests.</summary>
internal static class Orders
{
    public static DateTimeOffset At { get; } = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);

    public static NotificationOrder RolledBack(string? handle = null, string? template = null) => Order(
        NotificationEvent.RolledBack,
        Severity.Critical,
        "checkout v3 was rolled back after 14 s at 5 %: errors 5.1 % against 0.1 %, ratio 48; 140 requests were served by it",
        ["retry"],
        handle,
        template);

    public static NotificationOrder Order(NotificationEvent kind, Severity severity, string sentence, ValueList<string> next, string? handle = null, string? template = null) => new(
        new RolloutKey("shop", "checkout"),
        "5f0c.7",
        new Notification
        {
            Number = 7,
            At = At,
            Event = kind,
            Severity = severity,
            Reason = kind.ToString(),
            Sentence = sentence,
            Attempt = 3,
            Facts = new RolloutFacts
            {
                Phase = "Degraded",
                Stable = new Revision("aaa111"),
                StableImage = "shop/checkout:v2",
                Candidate = new Revision("bbb222"),
                CandidateImage = "shop/checkout:v3",
                Weight = new Weight(5),
                Step = 1,
                Steps = 8,
                StartedAt = At - TimeSpan.FromMinutes(2),
                Exposed = TimeSpan.FromSeconds(14),
                CandidateRequests = 140,
                By = "anna",
                AnalysisRun = "checkout-bbb222-3",
                Next = next,
                Metrics =
                [
                    new MetricLine("errors", MetricUnit.Percent, 0.1, 5.1, 48, 21, 110, true),
                    new MetricLine("latency", MetricUnit.Milliseconds, 200, 210, 1.05, 0.9, null, false),
                ],
            },
            Waiting = [new NotificationTarget("oncall")],
        },
        new NotificationTarget("oncall", null, template),
        handle);

    public static Receiver Receiver(ReceiverKind kind, Uri? address, string? key = null, string? channel = null, bool buttons = false) => new()
    {
        Kind = kind,
        Address = address,
        Key = key,
        Channel = channel,
        Buttons = buttons,
        Links = [new LinkTemplate("Grafana", "https://grafana.example.com/d/canary?var-name={name}&from={from}&to={to}")],
    };

    /// <summary>Options under which a stand-in on the loopback may be reached.</summary>
    public static IOptions<NotificationOptions> Options(params string[] privateHosts) =>
        Microsoft.Extensions.Options.Options.Create(new NotificationOptions { PrivateHosts = privateHosts.Length == 0 ? ["127.0.0.1"] : privateHosts, ClusterName = "prod" });
}

/// <summary>Knows one receiver.</summary>
internal sealed class OneReceiver(ReceiverLookup lookup) : IReceiverDirectory
{
    public OneReceiver(Receiver receiver)
        : this(new ReceiverLookup.Found(receiver))
    {
    }

    public Task<ReceiverLookup> FindAsync(RolloutKey key, string receiver, CancellationToken cancellation) => Task.FromResult(lookup);
}

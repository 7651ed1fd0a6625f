using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Notifications;
using Canary.Engine.Ports;
using Canary.Notifications.Outbound;
using Canary.Testing.StandIns;
using Microsoft.Extensions.Time.Testing;

namespace Canary.Notifications.Tests;

public sealed class ServicesTests
{
    private const string Nasty = "checkout: abort (<users/all> @everyone @channel *x* </b>)";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<ReceiverKind> Chats => [ReceiverKind.Teams, ReceiverKind.Discord, ReceiverKind.GoogleChat, ReceiverKind.Mattermost, ReceiverKind.RocketChat];

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task Deliver_ToAChat_ShowsSentenceFactsMetricsAndLink(ReceiverKind kind)
    {
        var asked = await TellAsync(kind, Orders.RolledBack());

        var texts = string.Join('\n', Texts(asked.Json));
        Assert.Contains("checkout v3 was rolled back after 14 s at 5 %", texts, StringComparison.Ordinal);
        Assert.Contains("shop/checkout in prod", texts, StringComparison.Ordinal);
        Assert.Contains("shop/checkout:v3", texts.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("48 (21 to 110)", texts, StringComparison.Ordinal);
        Assert.Contains("https://grafana.example.com/d/canary?var-name=checkout", texts, StringComparison.Ordinal);
        Assert.Contains("canary retry checkout -n shop", texts, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_ToTeams_IsAnAdaptiveCardWithAFallback()
    {
        var asked = await TellAsync(ReceiverKind.Teams, Orders.RolledBack());

        var attachment = asked.Json["attachments"]![0]!;
        Assert.Equal(("message", "application/vnd.microsoft.card.adaptive"), (asked.Json["type"]!.ToString(), attachment["contentType"]!.ToString()));
        Assert.Equal(("AdaptiveCard", "1.5"), (attachment["content"]!["type"]!.ToString(), attachment["content"]!["version"]!.ToString()));
    }

    [Fact]
    public async Task Deliver_ToDiscord_MentionsNobody()
    {
        var asked = await TellAsync(ReceiverKind.Discord, Orders.Order(NotificationEvent.Command, Severity.Info, Nasty, []));

        Assert.Empty(asked.Json["allowed_mentions"]!["parse"]!.AsArray());
    }

    [Fact]
    public async Task Deliver_ToGoogleChat_KeepsOneThreadARollout()
    {
        var asked = await TellAsync(ReceiverKind.GoogleChat, Orders.Order(NotificationEvent.Command, Severity.Info, Nasty, []), "/v1/spaces/A/messages?key=K&token=T");

        Assert.Equal("/v1/spaces/A/messages?key=K&token=T&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD", asked.Path);
        Assert.Equal("5f0c.3", asked.Json["thread"]!["threadKey"]!.ToString());
        Assert.DoesNotContain("<users/all>", asked.Json["text"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReceiverKind.Mattermost)]
    [InlineData(ReceiverKind.RocketChat)]
    public async Task Deliver_ToSlackShapedChat_CallsNobodyAndHasNoBlocks(ReceiverKind kind)
    {
        var asked = await TellAsync(kind, Orders.Order(NotificationEvent.Command, Severity.Info, Nasty, []));

        Assert.DoesNotContain("@channel", asked.Json["text"]!.ToString(), StringComparison.Ordinal);
        Assert.False(asked.Json["attachments"]![0]!.AsObject().ContainsKey("blocks"));
    }

    [Fact]
    public async Task Deliver_RollbackToPagerDuty_TriggersOneAlertARollout()
    {
        var asked = await TellAsync(ReceiverKind.PagerDuty, Orders.RolledBack());

        Assert.Equal("/v2/enqueue", asked.Path);
        Assert.Equal(("routing", "trigger", "canary/shop/checkout"), (asked.Json["routing_key"]!.ToString(), asked.Json["event_action"]!.ToString(), asked.Json["dedup_key"]!.ToString()));
        Assert.Equal("critical", asked.Json["payload"]!["severity"]!.ToString());
        Assert.All(["summary", "source", "severity"], field => Assert.NotEmpty(asked.Json["payload"]![field]!.ToString()));
    }

    [Fact]
    public async Task Deliver_PromotionToPagerDuty_IsAChangeAndResolvesTheAlert()
    {
        await using var service = await StandIn.StartAsync(Token, _ => new Answer(202, "{}"));

        await DeliverAsync(ReceiverKind.PagerDuty, service.Address, Orders.Order(NotificationEvent.Promoted, Severity.Info, "checkout v3 was promoted", ["rollback"]));

        Assert.Equal(["/v2/change/enqueue", "/v2/enqueue"], service.Requests.Select(asked => asked.Path));
        Assert.Equal(("resolve", "canary/shop/checkout"), (service.Requests.Last().Json["event_action"]!.ToString(), service.Requests.Last().Json["dedup_key"]!.ToString()));
    }

    [Fact]
    public async Task Deliver_WithATemplate_FillsItIn()
    {
        var asked = await TellAsync(ReceiverKind.Discord, Orders.RolledBack(template: "{name} {phase} at {weight} % {unknown} {"));

        Assert.Equal("checkout Degraded at 5 % {unknown} {", asked.Json["content"]!.ToString());
    }

    [Fact]
    public async Task Deliver_ReceiverIsMissing_FailsForNowWithTheReason()
    {
        using var http = new OutboundHttp(Orders.Options(), TimeProvider.System);
        var notifier = new ReceiverNotifier(new OneReceiver(new ReceiverLookup.Missing("there is no NotificationReceiver oncall")), http, Orders.Options(), new FakeTimeProvider());

        Assert.Equal(new DeliveryResult.Failed("there is no NotificationReceiver oncall"), await notifier.DeliverAsync(Orders.RolledBack(), Token));
    }

    private static async Task<Asked> TellAsync(ReceiverKind kind, NotificationOrder order, string path = "/")
    {
        await using var service = await StandIn.StartAsync(Token, _ => new Answer(202, "{}"));
        Assert.IsType<DeliveryResult.Delivered>(await DeliverAsync(kind, new Uri(service.Address, path), order));
        return Assert.Single(service.Requests);
    }

    private static async Task<DeliveryResult> DeliverAsync(ReceiverKind kind, Uri address, NotificationOrder order)
    {
        var time = new FakeTimeProvider(Orders.At);
        using var http = new OutboundHttp(Orders.Options(), time);
        return await new ReceiverNotifier(new OneReceiver(Orders.Receiver(kind, address, "routing")), http, Orders.Options(), time).DeliverAsync(order, Token);
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Texts(field.Value)),
        JsonArray items => items.SelectMany(Texts),
        JsonValue value => [value.ToString()],
        _ => [],
    };
}

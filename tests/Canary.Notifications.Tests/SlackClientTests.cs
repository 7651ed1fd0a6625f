using Canary.Core.Notifications;
using Canary.Engine.Ports;
using Canary.Testing.StandIns;
using Canary.Notifications.Outbound;
using Microsoft.Extensions.Time.Testing;

namespace Canary.Notifications.Tests;

public sealed class SlackClientTests : IAsyncLifetime
{
    private readonly SlackStandIn _slack = new();
    private readonly FakeTimeProvider _time = new(Orders.At);
    private StandIn _server = null!;
    private OutboundHttp _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StandIn.StartAsync(Token, _slack.Serve);
        _http = new OutboundHttp(Orders.Options(), _time);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Deliver_FirstOfARollout_PostsAMessageThatStandsAlone()
    {
        var result = await DeliverAsync(Orders.RolledBack());

        Assert.Equal("C123:1700000000.000001", Assert.IsType<DeliveryResult.Delivered>(result).Handle);
        var posted = Assert.Single(_server.Requests);
        Assert.Equal("/chat.postMessage", posted.Path);
        Assert.StartsWith("checkout v3 was rolled back after 14 s at 5 %", posted.Json["text"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("5f0c.7", posted.Json["metadata"]!["event_payload"]!["id"]!.ToString());
        Assert.Contains("errors !", posted.Body, StringComparison.Ordinal);
        Assert.Contains("https://grafana.example.com/d/canary?var-name=checkout&amp;from=1772333280000&amp;to=1772334600000|Grafana", JsonText(posted), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_NextOfTheSameRollout_UpdatesTheMessageAndTellsTheThread()
    {
        var first = (DeliveryResult.Delivered)await DeliverAsync(Orders.Order(NotificationEvent.Started, Severity.Info, "checkout v3 starts beside v2", ["abort"]));

        var second = await DeliverAsync(Orders.RolledBack(first.Handle));

        Assert.Equal(first.Handle, Assert.IsType<DeliveryResult.Delivered>(second).Handle);
        var (update, reply) = (_server.Requests.ElementAt(1), _server.Requests.ElementAt(2));
        Assert.Equal(("/chat.update", "1700000000.000001"), (update.Path, update.Json["ts"]!.ToString()));
        Assert.Equal(("/chat.postMessage", "1700000000.000001"), (reply.Path, reply.Json["thread_ts"]!.ToString()));
        Assert.True((bool)reply.Json["reply_broadcast"]!);
    }

    [Fact]
    public async Task Deliver_MessageWasDeletedByHand_PostsAnew()
    {
        var result = await DeliverAsync(Orders.RolledBack("C123:1600000000.000009"));

        Assert.Equal("C123:1700000000.000001", Assert.IsType<DeliveryResult.Delivered>(result).Handle);
    }

    [Fact]
    public async Task Deliver_WithButtons_EachNamesTheRevisionAndTheDangerousOnesAsk()
    {
        await DeliverAsync(Orders.Order(NotificationEvent.Waiting, Severity.Warning, "checkout: the plan waits", ["resume", "promote", "abort"]), buttons: true);

        var buttons = _server.Requests.Single().Json["attachments"]![0]!["blocks"]!.AsArray().Single(block => block!["type"]!.ToString() == "actions")!["elements"]!.AsArray();
        Assert.Equal(["canary_resume", "canary_promote", "canary_abort"], buttons.Select(button => button!["action_id"]!.ToString()));
        Assert.All(buttons, button => Assert.Equal("shop/checkout/5f0c/3/bbb222", button!["value"]!.ToString()));
        Assert.Equal([false, true, true], buttons.Select(button => button!["confirm"] is not null));
    }

    [Fact]
    public async Task Deliver_WordsOfStrangers_CallNobody()
    {
        await DeliverAsync(Orders.Order(NotificationEvent.Command, Severity.Info, "checkout: abort (<!channel> & <@U1>)", []));

        Assert.Equal("checkout: abort (&lt;!channel&gt; &amp; &lt;@U1&gt;)", _server.Requests.Single().Json["text"]!.ToString());
    }

    [Theory]
    [InlineData("invalid_auth", typeof(DeliveryResult.Failed))]
    [InlineData("channel_not_found", typeof(DeliveryResult.Failed))]
    [InlineData("ratelimited", typeof(DeliveryResult.Failed))]
    [InlineData("fatal_error", typeof(DeliveryResult.Failed))]
    [InlineData("invalid_blocks", typeof(DeliveryResult.Refused))]
    public async Task Deliver_NotOk_IsAFailureThoughTheStatusIs200(string error, Type expected)
    {
        _slack.Instead.Enqueue(SlackStandIn.Error(error));

        var result = await DeliverAsync(Orders.RolledBack());

        Assert.IsType(expected, result);
        Assert.Contains(error, result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_Throttled_WaitsAsLongAsSlackAsks()
    {
        _slack.Instead.Enqueue(new Answer(429, "", new() { ["Retry-After"] = "17" }));

        Assert.Equal(TimeSpan.FromSeconds(17), Assert.IsType<DeliveryResult.Failed>(await DeliverAsync(Orders.RolledBack())).RetryAfter);
    }

    [Fact]
    public async Task Deliver_HtmlInsteadOfJson_IsAFailure()
    {
        _slack.Instead.Enqueue(new Answer(200, "<html>maintenance</html>"));

        Assert.IsType<DeliveryResult.Failed>(await DeliverAsync(Orders.RolledBack()));
    }

    [Fact]
    public async Task Deliver_ByIncomingWebhook_Posts()
    {
        await using var hook = await StandIn.StartAsync(Token);

        var result = await DeliverAsync(Orders.RolledBack(), Orders.Receiver(ReceiverKind.Slack, hook.Address));

        Assert.Null(Assert.IsType<DeliveryResult.Delivered>(result).Handle);
        Assert.StartsWith("checkout v3 was rolled back", hook.Requests.Single().Json["text"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_HugeFacts_StayWithinSlacksLimits()
    {
        var order = Orders.RolledBack();
        order = order with { Notification = order.Notification with { Facts = order.Notification.Facts with { CandidateImage = new string('i', 9000), By = new string('b', 9000) } } };

        Assert.IsType<DeliveryResult.Delivered>(await DeliverAsync(order));
    }

    private Task<DeliveryResult> DeliverAsync(NotificationOrder order, Receiver? receiver = null, bool buttons = false) =>
        new ReceiverNotifier(new OneReceiver(receiver ?? Orders.Receiver(ReceiverKind.Slack, _server.Address, SlackStandIn.Token, "#deploys", buttons)), _http, Orders.Options(), _time)
            .DeliverAsync(order, Token);

    // the encoder writes & as an escape
    private static string JsonText(Asked asked) => string.Join('\n', asked.Json["attachments"]![0]!["blocks"]!.AsArray().SelectMany(block => (block!["elements"] as System.Text.Json.Nodes.JsonArray)?.Select(element => element!["text"]?.ToString() ?? "") ?? []));
}

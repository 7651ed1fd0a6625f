using System.Text;
using Canary.Engine.Ports;
using Canary.Notifications.Outbound;
using Canary.Testing.StandIns;
using Canary.Notifications.Webhook;
using Microsoft.Extensions.Time.Testing;

namespace Canary.Notifications.Tests;

public sealed class WebhookTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Sign_ExampleOfTheStandard_IsReproduced()
    {
        var key = WebhookSignature.Key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;

        var signature = WebhookSignature.Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), "{\"test\": 2432232314}"u8);

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("not base64 at all, whatever it is")]
    public void Key_NoSecretOfTheStandard_IsNull(string secret) => Assert.Null(WebhookSignature.Key(secret));

    [Fact]
    public async Task Deliver_SignedCloudEvent_VerifiesAtTheReceiver()
    {
        await using var service = await StandIn.StartAsync(Token);
        var time = new FakeTimeProvider(Orders.At);
        using var http = new OutboundHttp(Orders.Options(), time);

        var result = await DeliverAsync(http, time, Orders.Receiver(ReceiverKind.Webhook, service.Address, Secret));

        Assert.IsType<DeliveryResult.Delivered>(result);
        var asked = Assert.Single(service.Requests);
        Assert.Equal("5f0c.7", asked.Headers["webhook-id"]);
        Assert.Equal("application/cloudevents+json; charset=utf-8", asked.Headers["Content-Type"]);
        Assert.Equal(
            WebhookSignature.Sign(WebhookSignature.Key(Secret)!, asked.Headers["webhook-id"], DateTimeOffset.FromUnixTimeSeconds(long.Parse(asked.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture)), Encoding.UTF8.GetBytes(asked.Body)),
            asked.Headers["webhook-signature"]);
        Assert.Equal(("1.0", "5f0c.7", "dev.canary.rollout.rolledBack", "shop/checkout"), (asked.Json["specversion"]!.ToString(), asked.Json["id"]!.ToString(), asked.Json["type"]!.ToString(), asked.Json["subject"]!.ToString()));
        Assert.Equal(48, (double)asked.Json["data"]!["metrics"]![0]!["ratio"]!);
        Assert.Equal(14, (double)asked.Json["data"]!["exposedSeconds"]!);
    }

    [Fact]
    public async Task Deliver_RepeatedAfterAFailure_HasTheSameId()
    {
        var answers = new Queue<int>([503, 200]);
        await using var service = await StandIn.StartAsync(Token, _ => new Answer(answers.Dequeue(), ""));
        var time = new FakeTimeProvider(Orders.At);
        using var http = new OutboundHttp(Orders.Options(), time);
        var receiver = Orders.Receiver(ReceiverKind.Webhook, service.Address, Secret);

        Assert.IsType<DeliveryResult.Failed>(await DeliverAsync(http, time, receiver));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<DeliveryResult.Delivered>(await DeliverAsync(http, time, receiver));

        Assert.Single(service.Requests.Select(asked => asked.Headers["webhook-id"]).Distinct());
        Assert.Equal(2, service.Requests.Select(asked => asked.Headers["webhook-signature"]).Distinct().Count());
    }

    [Fact]
    public async Task Deliver_SecretIsWrong_SaysWhatItShouldBe()
    {
        await using var service = await StandIn.StartAsync(Token);
        var time = new FakeTimeProvider(Orders.At);
        using var http = new OutboundHttp(Orders.Options(), time);

        var failed = Assert.IsType<DeliveryResult.Failed>(await DeliverAsync(http, time, Orders.Receiver(ReceiverKind.Webhook, service.Address, "hunter2")));

        Assert.Contains("whsec_", failed.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failed.Why, StringComparison.Ordinal);
        Assert.Empty(service.Requests);
    }

    private static Task<DeliveryResult> DeliverAsync(OutboundHttp http, TimeProvider time, Receiver receiver) =>
        new ReceiverNotifier(new OneReceiver(receiver), http, Orders.Options(), time).DeliverAsync(Orders.RolledBack(), Token);
}

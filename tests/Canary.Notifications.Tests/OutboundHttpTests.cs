using System.Text.Json.Nodes;
using Canary.Engine.Ports;
using Canary.Notifications.Outbound;
using Canary.Testing.StandIns;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Canary.Notifications.Tests;

public sealed class OutboundHttpTests
{
    private readonly FakeTimeProvider _time = new(Orders.At);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, typeof(DeliveryResult.Delivered))]
    [InlineData(202, typeof(DeliveryResult.Delivered))]
    [InlineData(302, typeof(DeliveryResult.Failed))]
    [InlineData(400, typeof(DeliveryResult.Refused))]
    [InlineData(401, typeof(DeliveryResult.Failed))]
    [InlineData(404, typeof(DeliveryResult.Failed))]
    [InlineData(410, typeof(DeliveryResult.Refused))]
    [InlineData(413, typeof(DeliveryResult.Refused))]
    [InlineData(422, typeof(DeliveryResult.Refused))]
    [InlineData(429, typeof(DeliveryResult.Failed))]
    [InlineData(500, typeof(DeliveryResult.Failed))]
    [InlineData(503, typeof(DeliveryResult.Failed))]
    public async Task PostAsync_Status_IsJudged(int status, Type expected)
    {
        await using var service = await StandIn.StartAsync(Token, _ => new Answer(status, "no", new() { ["Location"] = "http://169.254.169.254/" }));
        using var http = new OutboundHttp(Orders.Options(), _time);

        var answer = await http.PostAsync(service.Address, [], null, Token);

        Assert.IsType(expected, answer.Result);
        Assert.Single(service.Requests);
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("Sun, 01 Mar 2026 03:02:00 GMT", 120)]
    [InlineData("9999999", 3600)]
    public async Task PostAsync_RetryAfter_IsHeardAndBounded(string header, int seconds)
    {
        await using var service = await StandIn.StartAsync(Token, _ => new Answer(429, "", new() { ["Retry-After"] = header }));
        using var http = new OutboundHttp(Orders.Options(), _time);

        var answer = await http.PostAsync(service.Address, [], null, Token);

        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.IsType<DeliveryResult.Failed>(answer.Result).RetryAfter);
    }

    [Fact]
    public async Task PostAsync_EndlessAnswer_IsReadInPart()
    {
        await using var service = await StandIn.StartAsync(Token, _ => new Answer(500, new string('x', 10_000_000)));
        using var http = new OutboundHttp(Orders.Options(), _time);

        var answer = await http.PostAsync(service.Address, [], null, Token);

        Assert.Equal(64 * 1024, answer.Text!.Length);
        Assert.True(Assert.IsType<DeliveryResult.Failed>(answer.Result).Why.Length < 300);
    }

    [Theory]
    [InlineData("http://hooks.example.com/x", "without encryption")]
    [InlineData("ftp://hooks.example.com/x", "no https URL")]
    [InlineData("https://127.0.0.1:1/x", "no public address")]
    [InlineData("https://localhost:1/x", "no public address")]
    [InlineData("https://[::1]:1/x", "no public address")]
    [InlineData("https://[::ffff:127.0.0.1]:1/x", "no public address")]
    [InlineData("https://2130706433:1/x", "no public address")]
    public async Task PostAsync_AddressThatOnlyTheClusterReaches_IsRefused(string address, string words)
    {
        using var http = new OutboundHttp(Orders.Options("intranet.example.com"), _time);

        var answer = await http.PostAsync(new Uri(address), new JsonObject(), null, Token);

        Assert.Contains(words, Assert.IsType<DeliveryResult.Failed>(answer.Result).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example.org/", false)]
    [InlineData("https://hooks.slack.com/", true)]
    [InlineData("https://a.example.com/", true)]
    [InlineData("https://example.com/", false)]
    [InlineData("https://badexample.com/", false)]
    public void Objection_AllowedHosts_LeaveTheOthersOut(string address, bool allowed)
    {
        var connections = new GuardedConnections(new HostPatterns(["hooks.slack.com", "*.example.com"]), new HostPatterns([]));

        Assert.Equal(allowed, connections.Objection(new Uri(address)) is null);
    }

    [Fact]
    public async Task PostAsync_AddressHoldsASecret_IsNotRepeatedInWords()
    {
        using var http = new OutboundHttp(Orders.Options(), _time);

        var answer = await http.PostAsync(new Uri("http://127.0.0.1:1/services/T0/B0/SECRET"), [], null, Token);

        Assert.DoesNotContain("SECRET", Assert.IsType<DeliveryResult.Failed>(answer.Result).Why, StringComparison.Ordinal);
    }
}

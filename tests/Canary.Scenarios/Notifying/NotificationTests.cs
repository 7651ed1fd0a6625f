using System.Collections.Concurrent;
using System.Text;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;
using Canary.Testing.StandIns;
using Xunit;

namespace Canary.Scenarios.Notifying;

/// <summary>People are told of rollouts by services that fail, hang and throttle, and no rollout waits for them.</summary>
public sealed class NotificationTests
{
    private const string ToPause = "[{setWeight: 25}, {pause: {}}]";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rollout_WithSlackAndAWebhook_IsOneMessageAThreadAndAStreamOfEvents()
    {
        var slack = new SlackStandIn();
        await using var chat = await StandIn.StartAsync(Cancellation, slack.Serve);
        await using var hook = await StandIn.StartAsync(Cancellation);
        await using var running = await StartAsync(210);
        var shop = await OpenAsync(running, "told", chat.Address, hook.Address);

        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/3 pause", "v2 has 25 %");
        await shop.CommandAsync("""{"id":"1","verb":"abort","by":"anna","reason":"too many complaints"}""");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted" && Outbox(rollout) == 0, "all was told");

        var events = hook.Requests.Select(asked => asked.Json).ToList();
        Assert.Equal(["started", "waiting", "command", "aborted"], events.Select(told => told["type"]!.ToString()["dev.canary.rollout.".Length..]));
        Assert.Equal(events.Count, events.Select(told => told["id"]!.ToString()).Distinct().Count());
        Assert.Matches("^checkout v2 was taken back after .+ at 25 %: aborted by anna: too many complaints", events[^1]["data"]!["sentence"]!.ToString());
        var posts = chat.Requests.Where(asked => asked.Path == "/chat.postMessage").ToList();
        Assert.Single(posts, asked => asked.Json["thread_ts"] is null);
        Assert.Equal(3, chat.Requests.Count(asked => asked.Path == "/chat.update"));
        Assert.Equal(events.Select(told => told["data"]!["sentence"]!.ToString()), posts.Select(asked => asked.Json["text"]!.ToString()));
    }

    [Fact]
    public async Task Abort_WithEveryReceiverHanging_IsAsQuickAsEver()
    {
        await using var hangs = await StandIn.StartAsync(Cancellation);
        hangs.OnRequest = _ => new TaskCompletionSource<Answer>().Task;
        await using var running = await StartAsync(212);
        var shop = await OpenAsync(running, "hanging", hangs.Address, hangs.Address);
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/3 pause", "v2 has 25 %");
        await shop.UntilAsync(() => Task.FromResult(hangs.Requests.Count >= 2), "both receivers hang");

        var started = TimeProvider.System.GetTimestamp();
        await shop.CommandAsync("abort");
        await shop.UntilAsync(async () => await shop.WeightsAsync() == (100, 0), "the traffic is back");

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5)); // the receivers would take at least ten
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted", "the abort is recorded");
        Assert.True(Outbox(await shop.RolloutAsync()) > 0);
    }

    [Fact]
    public async Task Engine_ReplacedWhileReceiversAreDown_TellsEverythingOnceTheyAreBackInOrder()
    {
        var up = false;
        var taken = new ConcurrentQueue<string>();
        await using var hook = await StandIn.StartAsync(Cancellation);
        hook.OnRequest = asked =>
        {
            if (!Volatile.Read(ref up))
            {
                return Task.FromResult(new Answer(503, "down"));
            }

            if (asked.Headers.TryGetValue("webhook-id", out var id))
            {
                taken.Enqueue(id);
            }

            return Task.FromResult(new Answer(200, """{"ok":true,"channel":"C1","ts":"1.1"}"""));
        };
        await using var running = await StartAsync(214);
        var shop = await OpenAsync(running, "down", hook.Address, hook.Address);
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/3 pause", "v2 has 25 %");
        await running.Cluster.StopEngineAsync();
        await shop.CommandAsync("abort");

        await running.Cluster.StartEngineAsync(Cancellation, new ClientSight(running, faults: true));
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted", "the next engine carries the command out");
        Volatile.Write(ref up, true);
        await shop.UntilAsync(rollout => Outbox(rollout) == 0, "all was told");

        var uid = (string)(await shop.RolloutAsync())["metadata"]!["uid"]!;
        var numbers = taken.Select(id => id[(uid.Length + 1)..]).ToList();
        Assert.All(taken, id => Assert.StartsWith(uid + ".", id, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(1, numbers.Distinct().Count()).Select(number => FormattableString.Invariant($"{number}")), numbers.Distinct());
    }

    [Fact]
    public async Task Secrets_OfReceivers_AppearNowhereElse()
    {
        const string Secret = "xoxb-very-secret";
        await using var running = await StartAsync(216);
        var shop = await OpenAsync(running, "quiet", new Uri("https://localhost:1/"), new Uri("http://127.0.0.1:1/services/very-secret"), Secret);
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/3 pause" && Outbox(rollout) > 0, "nobody could be told");
        await shop.CommandAsync("abort");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted", "v2 is taken back");

        var written = string.Join('\n', running.Journal.In(shop.Namespace).Where(entry => !entry.IsOn("secrets")).Select(entry => entry.Request.Body));
        Assert.Contains("Aborted", written, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", written, StringComparison.Ordinal);
    }

    private static int Outbox(System.Text.Json.Nodes.JsonObject rollout) => rollout["status"]?["engine"]?["outbox"]?.AsArray().Count ?? 0;

    private static async Task<SharedCluster.Running> StartAsync(byte network)
    {
        var running = await SharedCluster.StartAsync(network, "--Notifications:PrivateHosts:0=127.0.0.1", "--Engine:NotificationBackOffBase=00:00:00.1", "--Engine:NotificationBackOffCap=00:00:01");
        await running.Cluster.StartEngineAsync(Cancellation, new ClientSight(running, faults: true));
        return running;
    }

    private static async Task<Shop> OpenAsync(SharedCluster.Running running, string ns, Uri slack, Uri webhook, string token = SlackStandIn.Token)
    {
        var shop = await Shop.OpenAsync(running, ns, new ShopManifests(ToPause) { More = "notifications: [{receiver: {name: oncall}}, {receiver: {name: audit}}]" });
        await shop.ApplyAsync($$$"""
            apiVersion: v1
            kind: Secret
            metadata: {name: canary-notifications, namespace: {{{ns}}}}
            data: { token: {{{Encoded(token)}}}, url: {{{Encoded(webhook.AbsoluteUri)}}} }
            ---
            apiVersion: canary.dev/v1alpha1
            kind: NotificationReceiver
            metadata: {name: oncall, namespace: {{{ns}}}}
            spec: {slack: {url: "{{{slack.AbsoluteUri}}}", channel: "#deploys", token: {key: token} } }
            ---
            apiVersion: canary.dev/v1alpha1
            kind: NotificationReceiver
            metadata: {name: audit, namespace: {{{ns}}}}
            spec: {webhook: {urlSecret: {key: url} } }
            """);
        return shop;
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

using System.Net;
using Canary.Sandbox.Controllers;
using Xunit;

namespace Canary.Scenarios.Crash;

/// <summary>Two engines that share one shard.</summary>
[Collection(nameof(CrashCollection))]
public sealed class ReplicaTests(CrashCluster cluster, ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoReplicas_LeaderDies_TheOtherFinishesAndOnlyOneEverActs()
    {
        var journal = await NewShopAsync("replicas");
        await using var first = await StartAsync(journal, "first", new KillSwitch(0, Moment.Before));
        await JournalWaits.UntilAsync(journal, () => Shop.IsTakenOver(journal), Token);
        await using var second = await StartAsync(journal, "second", new KillSwitch(0, Moment.Before));

        await Shop.SetImageAsync(cluster.Sandbox.Api, journal.Namespace, Story.Promotion.Image, Token);
        await JournalWaits.UntilAsync(journal, () => Shop.WeightOf(journal.Find("VirtualService", Shop.Name)) > 0, Token);
        first.Death.Kill();
        var before = ActsOf(second);
        var died = TimeProvider.System.GetTimestamp();
        await JournalWaits.UntilAsync(journal, () => Phase(journal) == "Healthy" && Image(journal) == Story.Promotion.Image, Token);

        output.WriteLine($"finished {TimeProvider.System.GetElapsedTime(died).TotalSeconds:0.0} s after the leader died; it had made {ActsOf(first).Count} writes, the other then {ActsOf(second).Count}");
        Assert.Empty(before);
        Assert.NotEmpty(ActsOf(second));
        Assert.Empty(History.Broken(journal, Story.Promotion));
        cluster.Forget(journal);
    }

    /// <summary>Every kind of write that a pass makes, let go when the other replica has told the whole story: the weights are at 100/0 again, as the late one expects them.</summary>
    [Theory]
    [InlineData("PUT", "/rollouts/checkout/status")]
    [InlineData("PATCH", "/virtualservices/")]
    [InlineData("PATCH", "/destinationrules/")]
    [InlineData("PATCH", "/replicasets/")]
    [InlineData("PATCH", "/deployments/")]
    public async Task TwoReplicas_DeposedLeadersWriteArrivesLate_IsRefused(string method, string path)
    {
        var journal = await NewShopAsync("deposed");
        using var network = new HeldWrite(new HttpMethod(method), path);
        await using var first = await StartAsync(journal, "first", new KillSwitch(0, Moment.Before), network);
        await JournalWaits.UntilAsync(journal, () => Shop.IsTakenOver(journal), Token);
        await using var second = await StartAsync(journal, "second", new KillSwitch(0, Moment.Before));

        network.Arm();
        await Shop.SetImageAsync(cluster.Sandbox.Api, journal.Namespace, Story.Promotion.Image, Token);
        await network.Held.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Token);
        await JournalWaits.UntilAsync(journal, () => Phase(journal) == "Healthy" && Image(journal) == Story.Promotion.Image, Token);
        await JournalWaits.SettleAsync(journal, Token);
        var before = FinalState.Of(journal);
        network.Release();
        var answer = await network.Answer.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);
        await JournalWaits.SettleAsync(journal, Token);

        output.WriteLine($"{method} {path} was answered {(int)answer}");
        Assert.Contains(answer, (HttpStatusCode[])[HttpStatusCode.Conflict, HttpStatusCode.UnprocessableEntity]);
        Assert.Equal(before, FinalState.Of(journal));
        Assert.Empty(History.Broken(journal, Story.Promotion));
        cluster.Forget(journal);
    }

    [Fact]
    public async Task TwoReplicas_LeaderStopsGracefully_LeaseIsGivenBackAtOnce()
    {
        var journal = await NewShopAsync("handed");
        var first = await StartAsync(journal, "first", new KillSwitch(0, Moment.Before));
        await JournalWaits.UntilAsync(journal, () => Shop.IsTakenOver(journal), Token);
        await first.StopAsync(Token);
        var lease = await cluster.Sandbox.Api.GetAsync(Kubernetes.Api.ResourceKind.Leases, journal.Namespace, "canary", Token);

        Assert.Equal("", lease.Text("spec", "holderIdentity") ?? "");
        await first.DisposeAsync();
        cluster.Forget(journal);
    }

    private static List<string> ActsOf(CrashEngine engine) => [.. engine.Death.Writes.Where(write => !write.Contains("/leases", StringComparison.Ordinal))];

    private static string? Phase(Journal journal) => journal.Find("Rollout", Shop.Name).Text("status", "phase");

    private static string? Image(Journal journal) => journal.Find("Rollout", Shop.Name).Text("status", "stable", "image");

    private async Task<Journal> NewShopAsync(string name)
    {
        var journal = cluster.NewNamespace(name);
        await cluster.Sandbox.ApplyAsync(Shop.Objects(journal.Namespace), Token);
        return journal;
    }

    private Task<CrashEngine> StartAsync(Journal journal, string identity, KillSwitch death, DelegatingHandler? network = null) => CrashEngine.StartAsync(
        cluster,
        journal,
        death,
        Token,
        [
            $"--Kubernetes:Identity={identity}",
            $"--Kubernetes:LeaseNamespace={journal.Namespace}",
            "--Kubernetes:LeaseDuration=00:00:03",
            "--Kubernetes:RenewDeadline=00:00:02",
            "--Kubernetes:RetryPeriod=00:00:00.2",
        ],
        network);
}

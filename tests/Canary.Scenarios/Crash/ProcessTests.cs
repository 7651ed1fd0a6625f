using System.Text.Json.Nodes;
using Canary.Controller.Tests;
using Canary.Kubernetes.Api;
using Canary.Sandbox.Controllers;
using Xunit;

namespace Canary.Scenarios.Crash;

/// <summary>The controller as a process of its own, ended by signals.</summary>
[Collection(nameof(CrashCollection))]
public sealed class ProcessTests(CrashCluster cluster, ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promotion_ProcessKilledThreeTimes_EndsInTheSameState()
    {
        var expected = await TellAsync("alone", []);
        var ended = await TellAsync("killed", [5, 50, 100]);

        Assert.Equal(expected, ended);
    }

    [Fact]
    public async Task Terminated_WhileLeading_EndsWithin5SecondsWithCode0AndGivesTheLeaseBack()
    {
        var journal = await NewShopAsync("terminated");
        await using var controller = ControllerProcess.Start(
            $"--Kubernetes:Kubeconfig={cluster.Sandbox.Kubeconfig}", $"--Kubernetes:Namespace={journal.Namespace}", $"--Kubernetes:LeaseNamespace={journal.Namespace}");
        await JournalWaits.UntilAsync(journal, () => Shop.IsTakenOver(journal), Token);
        var ready = await controller.GetAsync("/readyz", Token);
        var held = await LeaseHolderAsync(journal);

        await controller.TerminateAsync(Token);
        var started = TimeProvider.System.GetTimestamp();
        var code = await controller.WaitAsync(TimeSpan.FromSeconds(5), Token);

        output.WriteLine($"stopped after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
        Assert.Equal((System.Net.HttpStatusCode.OK, "ok\n"), ready);
        Assert.NotEqual("", held);
        Assert.Equal(0, code);
        Assert.Equal("", await LeaseHolderAsync(journal));
        cluster.Forget(journal);
    }

    /// <summary>Tells the story of a promotion by pauses, and kills the process when each of the given weights is seen.</summary>
    private async Task<string> TellAsync(string name, IReadOnlyList<int> killAt)
    {
        var journal = await NewShopAsync(name);
        var controller = Start(journal);
        try
        {
            await JournalWaits.UntilAsync(journal, () => Shop.IsTakenOver(journal), Token);
            await Shop.SetImageAsync(cluster.Sandbox.Api, journal.Namespace, Story.Promotion.Image, Token);
            foreach (var weight in killAt)
            {
                await JournalWaits.UntilAsync(journal, () => Shop.WeightOf(journal.Find("VirtualService", Shop.Name)) == weight, Token);
                await controller.KillAsync(Token);
                await controller.DisposeAsync();
                controller = Start(journal);
            }

            await JournalWaits.UntilAsync(journal, () => journal.Find("Rollout", Shop.Name) is { } rollout && rollout.Text("status", "phase") == "Healthy" && rollout.Text("status", "stable", "image") == Story.Promotion.Image, Token);
            await JournalWaits.SettleAsync(journal, Token);
            Assert.Empty(History.Broken(journal, Story.Promotion));
            return FinalState.Of(journal);
        }
        catch (TimeoutException)
        {
            output.WriteLine(controller.Output);
            throw;
        }
        finally
        {
            await controller.DisposeAsync();
            cluster.Forget(journal);
        }
    }

    private ControllerProcess Start(Journal journal) => ControllerProcess.Start(
        $"--Kubernetes:Kubeconfig={cluster.Sandbox.Kubeconfig}", $"--Kubernetes:Namespace={journal.Namespace}", "--Kubernetes:LeaderElection=false");

    private async Task<string> LeaseHolderAsync(Journal journal) =>
        (await cluster.Sandbox.Api.GetAsync(ResourceKind.Leases, journal.Namespace, "canary", Token)).Text("spec", "holderIdentity") ?? "";

    private async Task<Journal> NewShopAsync(string name)
    {
        var journal = cluster.NewNamespace(name);
        var objects = Shop.Objects(journal.Namespace);
        var spec = objects.Single(item => item.Text("kind") == "Rollout")["spec"]!;
        spec.AsObject().Remove("analysis");
        spec["strategy"] = new JsonObject
        {
            ["canary"] = new JsonObject { ["steps"] = new JsonArray([.. Shop.Weights.SelectMany(weight => new[] { new JsonObject { ["setWeight"] = weight }, new JsonObject { ["pause"] = new JsonObject { ["duration"] = "700ms" } } })]) },
        };
        await cluster.Sandbox.ApplyAsync(objects, Token);
        return journal;
    }
}

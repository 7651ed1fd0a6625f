using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Controller.Tests;
using Canary.Kubernetes.Api;
using Canary.Sandbox.Controllers;
using Xunit;

namespace Canary.Scenarios.Crash;

/// <summary>Three engines as processes of their own, eight shards, and what happens to processes: one is killed, one is frozen, one joins.</summary>
[Collection(nameof(CrashCollection))]
public sealed class FleetTests(ITestOutputHelper output)
{
    private const int Shards = 8;
    private const int Rollouts = 16;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(4);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ThreeReplicas_OneKilledOneFrozenOneJoins_EachWeightIsSetOnceAndNoneWaitsLongerThanALease()
    {
        var cluster = new CrashCluster();
        await cluster.InitializeAsync();
        await using var _ = cluster;
        var times = new ConcurrentDictionary<string, ConcurrentQueue<(int Weight, long At)>>();
        cluster.Sandbox.ApiServer!.Stored += (resource, stored, deleted) =>
        {
            if (resource == "virtualservices.networking.istio.io" && !deleted)
            {
                times.GetOrAdd(stored.Namespace(), _ => new()).Enqueue((Shop.WeightOf(stored), TimeProvider.System.GetTimestamp()));
            }
        };
        await cluster.Sandbox.ApplyAsync([new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = "engines" } }], Token);
        var journals = new List<Journal>();
        for (var count = 0; count < Rollouts; count++)
        {
            var journal = cluster.NewNamespace("fleet");
            await cluster.Sandbox.ApplyAsync(Objects(journal.Namespace), Token);
            journals.Add(journal);
        }

        var processes = new List<ControllerProcess>();
        try
        {
            processes.AddRange([Start(cluster), Start(cluster), Start(cluster)]);
            await AllAsync(journals, Shop.IsTakenOver);
            await SharedAsync(cluster, 3);

            foreach (var journal in journals)
            {
                await Shop.SetImageAsync(cluster.Sandbox.Api, journal.Namespace, Story.Promotion.Image, Token);
            }

            await AllAsync(journals, journal => Weight(journal) == 5);
            await processes[0].KillAsync(Token);
            await AllAsync(journals, journal => Weight(journal) >= 50);
            await processes[1].SignalAsync("STOP", Token);
            processes.Add(Start(cluster));
            await AllAsync(journals, journal => Weight(journal) == 100 || IsDone(journal));
            await processes[1].SignalAsync("CONT", Token);
            await AllAsync(journals, IsDone);
            await SharedAsync(cluster, 3);
            foreach (var journal in journals)
            {
                await JournalWaits.SettleAsync(journal, Token);
            }
        }
        catch (TimeoutException)
        {
            processes.ForEach(process => output.WriteLine(process.Output));
            throw;
        }
        finally
        {
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }
        }

        var longest = times.Values.Max(LongestStep);
        output.WriteLine($"longest time between two weights {longest.TotalSeconds:0.0} s, of which {Pause.TotalSeconds:0} s are the pause of the plan and {Lease.TotalSeconds:0} s the lease");
        Assert.All(journals, journal => Assert.Empty(History.Broken(journal, Story.Promotion)));
        Assert.InRange(longest, Pause, Pause + Lease + TimeSpan.FromSeconds(5)); // rounds, pods, and a busy machine
    }

    private static bool IsDone(Journal journal) => journal.Find("Rollout", Shop.Name) is { } rollout
        && rollout.Text("status", "phase") == "Healthy" && rollout.Text("status", "stable", "image") == Story.Promotion.Image;

    private static int Weight(Journal journal) => Shop.WeightOf(journal.Find("VirtualService", Shop.Name));

    private static async Task AllAsync(List<Journal> journals, Func<Journal, bool> condition)
    {
        foreach (var journal in journals)
        {
            var seen = false; // some are through it when others come to it
            await JournalWaits.UntilAsync(journal, () => seen |= condition(journal) || IsDone(journal), Token);
        }
    }

    /// <summary>The longest time between two weights, the promotion's end included.</summary>
    private static TimeSpan LongestStep(IEnumerable<(int Weight, long At)> stored)
    {
        var (longest, last) = (TimeSpan.Zero, (Weight: 0, At: 0L));
        foreach (var (weight, at) in stored)
        {
            if (weight != last.Weight)
            {
                longest = last.Weight > 0 && TimeProvider.System.GetElapsedTime(last.At, at) is var step && step > longest ? step : longest;
                last = (weight, at);
            }
        }

        return longest;
    }

    /// <summary>Waits until each shard is held by one of so many replicas, evenly.</summary>
    private static async Task SharedAsync(CrashCluster cluster, int replicas)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var leases = (await cluster.Sandbox.Api.ListAsync(ResourceKind.Leases, "engines", null, Token)).Items;
            var shares = leases.Where(lease => lease.Name().StartsWith("canary-", StringComparison.Ordinal) && !lease.Name().StartsWith("canary-member-", StringComparison.Ordinal))
                .Select(lease => lease.Text("spec", "holderIdentity") ?? "").Where(holder => holder.Length > 0).GroupBy(holder => holder).Select(group => group.Count()).Order().ToList();
            if (shares.Sum() == Shards && shares.Count == replicas && shares[^1] - shares[0] <= 1)
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(90), $"the shards are held {string.Join(", ", shares)}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        }
    }

    private static ControllerProcess Start(CrashCluster cluster) => ControllerProcess.Start(
        $"--Kubernetes:Kubeconfig={cluster.Sandbox.Kubeconfig}",
        "--shards",
        FormattableString.Invariant($"{Shards}"),
        "--Kubernetes:LeaseNamespace=engines",
        $"--Kubernetes:LeaseDuration={Lease}",
        "--Kubernetes:RenewDeadline=00:00:03.5",
        "--Kubernetes:RetryPeriod=00:00:00.5");

    private static IReadOnlyList<JsonObject> Objects(string ns)
    {
        var objects = Shop.Objects(ns);
        var spec = objects.Single(item => item.Text("kind") == "Rollout")["spec"]!;
        spec.AsObject().Remove("analysis");
        spec["strategy"] = new JsonObject
        {
            ["canary"] = new JsonObject
            {
                ["steps"] = new JsonArray([.. Shop.Weights.SelectMany(weight => new[]
                {
                    new JsonObject { ["setWeight"] = weight }, new JsonObject { ["pause"] = new JsonObject { ["duration"] = FormattableString.Invariant($"{Pause.TotalSeconds:0}s") } },
                })]),
            },
        };
        return objects;
    }
}

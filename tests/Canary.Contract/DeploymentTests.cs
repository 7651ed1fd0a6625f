using Canary.Contract.Support;
using Canary.Sandbox.ApiServer;
using Xunit;

namespace Canary.Contract;

/// <summary>What a rollout relies on in the Deployment controller, one by one.</summary>
public sealed class DeploymentTests(Servers servers)
{
    private static readonly (int From, int To)[] Races = [(3, 5), (4, 8), (4, 6), (1, 2), (10, 11), (3, 2), (4, 2), (10, 3), (2, 1)];

    [Theory, OnBothServers]
    public async Task Paused_ScaledByItsReplicas_ScalesItsOneActiveReplicaSet(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 2);

        await workload.SendAsync("""{"spec":{"replicas":4}}""");
        await workload.SizesAsync((workload.First, 4));
        await workload.SendAsync("""{"spec":{"replicas":1}}""");
        await workload.SizesAsync((workload.First, 1));

        Assert.Equal("1", Workload.DesiredOf(await workload.ReplicaSetAsync(workload.First)));
    }

    [Theory, OnBothServers]
    public async Task Paused_WithAChangedTemplate_CreatesNothing(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 2);
        var pods = await workload.PodsAsync(workload.First);

        await workload.SetImageAsync("v2");

        await workload.SizesAsync((workload.First, 2));
        Assert.Equal(pods, await workload.PodsAsync(workload.First));
        Assert.Equal(0, (await workload.GetAsync()).Whole("status", "updatedReplicas") ?? 0);
    }

    [Theory, OnBothServers]
    public async Task Paused_WithAChangedTemplate_ScalesTheOldReplicaSet(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 2);
        await workload.SetImageAsync("v2");

        await workload.SendAsync("""{"spec":{"replicas":3}}""");

        await workload.SizesAsync((workload.First, 3));
    }

    [Theory, OnBothServers]
    public async Task Candidate_OwnedBySomethingElse_IsIgnored(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 3);
        await workload.SetImageAsync("v2");

        var candidate = await workload.CandidateAsync("zzz", 2);

        await workload.SizesAsync((workload.First, 3), (candidate, 2));
        var deployment = await workload.GetAsync();
        Assert.Equal((3, 0), (deployment.Whole("status", "replicas"), deployment.Whole("status", "updatedReplicas") ?? 0));
        var owner = Assert.Single((await workload.ReplicaSetAsync(candidate)).Items("metadata", "ownerReferences")!);
        Assert.Equal("Widget", owner.Text("kind"));
    }

    [Theory, OnBothServers]
    public async Task Candidate_WhileReplicasChange_IsLeftAlone(string server)
    {
        var place = await servers.OpenAsync(server);
        var workload = await Workload.PausedAsync(place, 3);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", 1);

        await place.DoAsync("PATCH", workload.Path + "/scale", """{"spec":{"replicas":5}}""", Place.MergePatch);
        await workload.SizesAsync((workload.First, 5), (candidate, 1));
        await place.DoAsync("PATCH", workload.Path + "/scale", """{"spec":{"replicas":2}}""", Place.MergePatch);
        await workload.SizesAsync((workload.First, 2), (candidate, 1));
    }

    [Theory, OnBothServers]
    public async Task HandOver_Saturated_ScalesTheOldToZeroWithoutANewPod(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 3);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", 3);
        var judged = await workload.PodsAsync(candidate);

        await workload.HandOverAsync(candidate, 3, surge: 1);

        await workload.SizesAsync((workload.First, 0), (candidate, 3));
        Assert.Equal(judged, await workload.PodsAsync(candidate));
        var deployment = await workload.GetAsync();
        Assert.True((bool)deployment["spec"]!["paused"]!);
        Assert.Equal(("2", "2", "1"), (Workload.RevisionOf(deployment), Workload.RevisionOf(await workload.ReplicaSetAsync(candidate)), Workload.RevisionOf(await workload.ReplicaSetAsync(workload.First))));
        await workload.Place.UntilAsync(workload.Path, (_, seen) => seen.Whole("status", "replicas") == 3, "the old pods are gone");
        Assert.Equal(3, deployment.Whole("status", "updatedReplicas"));
    }

    [Theory, OnBothServers]
    public async Task HandOver_Unpaused_ChangesNothingMore(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 2);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", 2);
        var judged = await workload.PodsAsync(candidate);
        await workload.HandOverAsync(candidate, 2, surge: 1);
        await workload.SizesAsync((workload.First, 0), (candidate, 2));

        await workload.ChangeAsync("""{"spec":{"paused":false}}""");

        await workload.SizesAsync((workload.First, 0), (candidate, 2));
        Assert.Equal(judged, await workload.PodsAsync(candidate));
    }

    /// <summary>Why an unsaturated ReplicaSet is never handed over knowingly: nothing goes to 0, and both shrink.</summary>
    [Theory, OnBothServers]
    public async Task HandOver_OfTooFewPods_ScalesBothDownToTheSurge(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 4);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", 3);

        await workload.HandOverAsync(candidate, 4, surge: 1);

        await workload.SizesAsync((workload.First, 2), (candidate, 3));
    }

    [Theory, OnBothServers]
    public async Task HandOver_WithoutAnnotations_CutsTheOlderFirst(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 4);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", 4);

        await workload.HandOverAsync(candidate, null);

        await workload.SizesAsync((workload.First, 0), (candidate, 4));
    }

    /// <summary>The Deployment's replicas change in the very instant of the hand-over: the controller sees both at once.</summary>
    /// <remarks>To set the size of the new ReplicaSet, and its annotations, does not mend it for certain: until its pods are available the controller takes the excess from the larger one, which is the new one.</remarks>
    [Theory, OnBothServers]
    public async Task HandOver_InTheInstantOfScaling_IsSharedOutAndSticksWhereItGrew(string server)
    {
        var races = await RaceAsync(server);

        Assert.Equal("3->5: 3 and 4, 4->8: 4 and 6, 4->6: 4 and 4, 1->2: 0 and 2, 10->11: 0 and 11, 3->2: 0 and 2, 4->2: 0 and 2, 10->3: 0 and 3, 2->1: 0 and 1", await RestAsync(races));
    }

    /// <summary>What mends it: the old ReplicaSet out of the Deployment's sight until the new one has its full size.</summary>
    [Theory, OnBothServers]
    public async Task HandOver_InTheInstantOfScaling_IsMendedByCheckingTheOldOneOut(string server)
    {
        var stuck = (await RaceAsync(server)).Take(3).ToList();
        await RestAsync(stuck);

        foreach (var race in stuck)
        {
            await race.Workload.CheckOutAsync(race.Workload.First);
        }

        Assert.Equal("3->5: 3 and 5, 4->8: 4 and 8, 4->6: 4 and 6", await RestAsync(stuck));
        foreach (var race in stuck)
        {
            await race.Workload.HandOverAsync(race.Workload.First, null);
        }

        Assert.Equal("3->5: 0 and 5, 4->8: 0 and 8, 4->6: 0 and 6", await RestAsync(stuck));
    }

    /// <summary>The Deployment was scaled, and its old ReplicaSet with it, before a hand-over for the former size arrived.</summary>
    [Theory]
    [OnBothServers(3, 5, 0, 5)]
    [OnBothServers(4, 8, 0, 8)]
    [OnBothServers(3, 2, 2, 1)]
    [OnBothServers(4, 2, 2, 1)]
    public async Task HandOver_AfterScaling_MendsItselfWhereItGrew(string server, int from, int to, int old, int handed)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), from);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", from);
        await workload.SendAsync(Workload.Replicas(to));
        await workload.SizesAsync((workload.First, to), (candidate, from));

        await workload.HandOverAsync(candidate, from, Surge(from));

        await workload.SizesAsync((workload.First, old), (candidate, handed));
    }

    [Theory, OnBothServers]
    public async Task Scale_AfterTheHandOver_ScalesTheNewOne(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 2);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", 2);
        await workload.HandOverAsync(candidate, 2, surge: 1);
        await workload.SizesAsync((workload.First, 0), (candidate, 2));

        await workload.SendAsync("""{"spec":{"replicas":3}}""");

        await workload.SizesAsync((workload.First, 0), (candidate, 3));
    }

    [Theory, OnBothServers]
    public async Task CheckOut_OfAnOlderRevision_LetsItServeAndComeBack(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 2);
        await workload.SetImageAsync("v2");
        var second = await workload.CandidateAsync("zzz", 2);
        await workload.HandOverAsync(second, 2, surge: 1);
        await workload.SizesAsync((workload.First, 0), (second, 2));

        await workload.SetImageAsync("v1");
        await workload.CheckOutAsync(workload.First);
        await workload.ScaleAsync(workload.First, 2);
        await workload.SizesAsync((workload.First, 2), (second, 2));
        await workload.HandOverAsync(workload.First, 2, surge: 1);

        await workload.SizesAsync((workload.First, 2), (second, 0));
        var returned = await workload.ReplicaSetAsync(workload.First);
        Assert.Equal(("3", "1"), (Workload.RevisionOf(returned), Workload.HistoryOf(returned)));
        Assert.Equal("3", Workload.RevisionOf(await workload.GetAsync()));
    }

    /// <summary>Why an older revision is checked out before it is scaled.</summary>
    [Theory, OnBothServers]
    public async Task TwoActive_UnderOnePausedDeployment_AreScaledByItsController(string server)
    {
        var place = await servers.OpenAsync(server);
        var workload = await Workload.PausedAsync(place, 4);
        await workload.SetImageAsync("v2");
        var second = await workload.CandidateAsync("zzz", 4);
        await workload.HandOverAsync(second, 4, surge: 1);
        await workload.SizesAsync((workload.First, 0), (second, 4));
        await workload.SetImageAsync("v3");

        await place.DoAsync("PATCH", $"{place.ReplicaSets}/{workload.First}", """{"spec":{"replicas":4}}""", Place.MergePatch);

        await workload.SizesAsync((workload.First, 1), (second, 4));
    }

    /// <summary>Why a Deployment with replicas is never left without an active ReplicaSet of its own.</summary>
    [Theory, OnBothServers]
    public async Task NoneActive_UnderAPausedDeployment_ScalesUpAnOldOne(string server)
    {
        var workload = await Workload.PausedAsync(await servers.OpenAsync(server), 2);
        await workload.SetImageAsync("v2");
        var second = await workload.CandidateAsync("zzz", 2);
        await workload.HandOverAsync(second, 2, surge: 1);
        await workload.SizesAsync((workload.First, 0), (second, 2));

        await workload.CheckOutAsync(second);

        await workload.SizesAsync((workload.First, 2), (second, 2));
    }

    [Theory, OnBothServers]
    public async Task Orphan_WithTheDeploymentsLabels_IsAdopted(string server)
    {
        var place = await servers.OpenAsync(server);
        var workload = await Workload.PausedAsync(place, 2);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", 0);

        await place.DoAsync("PATCH", $"{place.ReplicaSets}/{candidate}", """{"metadata":{"ownerReferences":null}}""", Place.MergePatch);

        await place.UntilAsync($"{place.ReplicaSets}/{candidate}", (_, seen) => seen.Items("metadata", "ownerReferences") is [var owner] && owner.Text("kind") == "Deployment", "it is adopted");
    }

    [Theory, OnBothServers]
    public async Task Deleted_Deployment_LeavesTheCandidate(string server)
    {
        var place = await servers.OpenAsync(server);
        var workload = await Workload.PausedAsync(place, 1);
        await workload.SetImageAsync("v2");
        var candidate = await workload.CandidateAsync("zzz", 1);

        await place.DoAsync("DELETE", workload.Path);

        await place.GoneAsync($"{place.ReplicaSets}/{workload.First}");
        Assert.Equal(1, (await workload.ReplicaSetAsync(candidate)).Whole("status", "availableReplicas"));
    }

    private async Task<IReadOnlyList<Race>> RaceAsync(string server)
    {
        var races = await Task.WhenAll(Races.Select(async sizes =>
        {
            var workload = await Workload.PausedAsync(await servers.OpenAsync(server), sizes.From);
            await workload.SetImageAsync("v2");
            return new Race(sizes.From, sizes.To, workload, await workload.CandidateAsync("zzz", sizes.From));
        }));
        await races[0].Workload.Place.Server.WithoutControllersAsync(async () =>
        {
            foreach (var race in races)
            {
                await race.Workload.SendAsync(Workload.Replicas(race.To));
                await race.Workload.HandOverAsync(race.Candidate, race.From, Surge(race.From));
            }
        });
        return races;
    }

    /// <summary>Sizes of the old and the new ReplicaSet when nothing moves any more.</summary>
    private static async Task<string> RestAsync(IEnumerable<Race> races) => string.Join(", ", await Task.WhenAll(races.Select(async race =>
        $"{race.From}->{race.To}: {await race.Workload.RestAsync(race.Workload.First)} and {await race.Workload.RestAsync(race.Candidate)}")));

    /// <summary>25 % of the size, rounded up: the default of a Deployment.</summary>
    private static int Surge(int replicas) => (replicas + 3) / 4;

    private sealed record Race(int From, int To, Workload Workload, string Candidate);
}

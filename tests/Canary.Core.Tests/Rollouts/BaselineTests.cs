using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

/// <summary>Fresh pods of the stable revision beside the candidate.</summary>
public sealed class BaselineTests
{
    private static readonly Revision B1 = new("v1-b1");

    [Fact]
    public void Decide_WholeRollout_MovesThreeWaysAndLetsTheBaselineGoBeforeTheHandOver()
    {
        var world = Fresh();
        world.Deployment!.Template = "v2";

        var moments = Moments(world, w => w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" } && w.ReplicaSets.TrueForAll(replicaSet => !replicaSet.IsBaseline));

        Assert.Equal(
            [
                "v1 v1 v1 100/0/0", "v1 v2 v1-b1 100/0/0", "v1 v2 v1-b1 90/5/5", "v1 v2 v1-b1 25/50/25", "v1 v2 v1-b1 0/100/0",
                "v1 v2 v1 0/100/0", "v2 v2 v2 0/100/0", "v2 v2 v2 100/0/0",
            ],
            moments);
        var gone = world.Done.FindIndex(effect => effect is Effect.ScaleReplicaSet { Name: "checkout-v1-b1", Replicas: 0 });
        Assert.InRange(gone, 0, world.Done.FindIndex(effect => effect is Effect.HandOver));
        Assert.Contains(world.Told, told => told.Message == "5 % of the requests go to v2 (v2), 5 % to its baseline v1-b1");
    }

    [Fact]
    public void Decide_WholeRollout_NoProxySendsRequestsToASubsetWithoutReadyPods()
    {
        var world = Fresh();
        world.Deployment!.Template = "v2";

        Moments(world, w =>
        {
            Assert.All(w.Destinations(), destination => Assert.True(w.Find(destination.Revision!.Value.Hash)?.Ready(w.Now) > 0, $"{destination} has no ready pod"));
            return w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" };
        });
    }

    [Theory]
    [InlineData(4, 5, 1, 1)]
    [InlineData(40, 5, 2, 2)]
    [InlineData(4, 50, 2, 1)]
    [InlineData(40, 50, 20, 10)]
    public void Decide_Step_BaselineHasNoMoreRequestsAPodThanTheCandidate(int replicas, int percent, int candidate, int baseline)
    {
        var world = AtFresh(percent, replicas: replicas);

        Assert.Equal((candidate, baseline), (world.Find("v2")!.Replicas, world.Find("v1-b1")!.Replicas));
    }

    [Fact]
    public void Decide_MorePodsAskedFor_StartsThem()
    {
        var world = AtFresh(5, TestSpecs.Fresh with { Analysis = TestSpecs.Fresh.Analysis with { BaselineReplicas = 3 } });

        Assert.Equal(3, world.Find("v1-b1")!.Replicas);
    }

    [Fact]
    public void Decide_StableKind_HasNoBaseline()
    {
        var world = AtWeight(5);

        Assert.Null(world.Status.Journey!.Baseline);
        Assert.Null(world.Status.Traffic!.Baseline);
        Assert.All(world.Done.OfType<Effect.PointSubsets>(), point => Assert.Null(point.Baseline));
        Assert.DoesNotContain(world.Done, effect => effect is Effect.CreateBaseline or Effect.SetWeight { Baseline: true });
    }

    [Fact]
    public void Decide_NothingAnalysedOrOrderedByAPerson_HasNoBaseline()
    {
        var unanalysed = Fresh(TestSpecs.Fresh with { Analysis = new AnalysisSpec { Baseline = BaselineKind.Fresh } });
        unanalysed.Deployment!.Template = "v2";
        unanalysed.Settle();
        Assert.Null(unanalysed.Status.Journey!.Baseline);

        var ordered = Fresh();
        ordered.Deployment!.Template = "v2";
        Assert.True(ordered.RunUntil(w => w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" }, TimeSpan.FromHours(1), Passing));
        Order(ordered, CommandVerb.Rollback);
        Assert.Equal((null, V1), (ordered.Status.Journey!.Baseline, ordered.Status.Candidate!.Revision));
    }

    [Fact]
    public void Decide_BaselinePodsDoNotStart_WaitsAndFailsWithTheirOwnReason()
    {
        var world = Fresh();
        world.Broken.Add("v1-b1");
        world.Deployment!.Template = "v2";
        world.Run(TimeSpan.FromMinutes(9));
        Assert.Equal((Stage.Preparing, "pods of v2 (v2) start: 0 of 1 baseline pods are available"), (world.Status.Journey!.Stage, world.Status.Message));

        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(Phase.Degraded, world.Status.Phase);
        Assert.Equal("0 of 1 baseline pods were available after 10 min: CrashLoopBackOff: exit code 1", world.Status.History[0].Reason);
    }

    [Fact]
    public void Decide_BaselinePodsDie_ItsRequestsGoToStableAndTheCandidateStays()
    {
        var world = AtFresh(5);
        Lose(world, "v1-b1");

        world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal((95, 5, 0), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
        Assert.Contains(world.Told, told => told is { Reason: "BaselineNotReady", Warning: true });
        Assert.Equal("step 2 of 6 (analyze), 5 % on v2 (v2): 0 of 1 baseline pods are available", world.Status.Message);
    }

    [Fact]
    public void Decide_BaselinePodsReturn_TheStepBeginsAgain()
    {
        var world = AtFresh(5);
        world.Run(TimeSpan.FromSeconds(50));
        Lose(world, "v1-b1");
        world.Run(TimeSpan.FromSeconds(10));
        Heal(world, "v1-b1");

        world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal((90, 5, 5), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
        Assert.True(world.Now - world.Status.Journey!.EnteredAt <= TimeSpan.FromSeconds(10));
        Assert.Equal(1, Times(world, "WeightRestored"));
    }

    [Fact]
    public void Decide_BaselinePodsStayAway_FailsAtTheProgressDeadline()
    {
        var world = AtFresh(5);
        Lose(world, "v1-b1");

        world.Run(TimeSpan.FromMinutes(11));

        Assert.Equal((Phase.Degraded, 0), (world.Status.Phase, world.CandidateWeight));
        Assert.StartsWith("0 of 1 baseline pods were available", world.Status.History[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_FewerThanHalfOfTheBaselinePodsReady_TakesItsRequestsAway()
    {
        var world = AtFresh(50, replicas: 40);
        var pods = world.Find("v1-b1")!.Pods;

        pods.Take(5).ToList().ForEach(pod => pod.ReadyAt = DateTimeOffset.MaxValue);
        world.Settle();
        Assert.Equal(25, world.BaselineWeight);

        pods[5].ReadyAt = DateTimeOffset.MaxValue;
        world.Settle();
        Assert.Equal((50, 50, 0), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
    }

    [Theory]
    [InlineData(CommandVerb.Abort)]
    [InlineData(null)]
    public void Decide_Retreat_OneWriteTakesAllBackAndThePodsDrain(CommandVerb? verb)
    {
        var world = AtFresh(50);
        world.Broken.Add("v1-b1");
        var done = world.Done.Count;
        if (verb is { } ordered)
        {
            Write(world, ordered);
        }
        else
        {
            world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);
        }

        world.Settle();

        Assert.Equal([new Effect.SetWeight(Weight.Zero, true)], world.Done.Skip(done).OfType<Effect.SetWeight>());
        Assert.Equal((100, 0, 0), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
        Assert.Equal(1, world.Find("v1-b1")!.Replicas);
        world.Run(TimeSpan.FromSeconds(29));
        Assert.Equal(1, world.Find("v1-b1")!.Replicas);
        world.Run(TimeSpan.FromSeconds(10));
        Assert.Null(world.Find("v1-b1"));
        Assert.Equal(V1, world.BaselineSubset);
    }

    [Fact]
    public void Decide_Superseded_TheNewCandidateGetsABaselineOfItsOwn()
    {
        var world = AtFresh(50);
        world.Deployment!.Template = "v3";

        Assert.True(world.RunUntil(w => w.CandidateWeight == 5 && w.CandidateSubset == V3, TimeSpan.FromMinutes(5), Passing), world.Status.Message);

        Assert.Equal((new Revision("v1-b2"), 5), (world.BaselineSubset, world.BaselineWeight));
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Null(world.Find("v1-b1"));
    }

    [Fact]
    public void Decide_Promote_TakesTheBaselineAwayWithoutAWarning()
    {
        var world = AtFresh(5);
        Order(world, CommandVerb.Promote);

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(Phase.Healthy, world.Status.Phase);
        Assert.Equal(0, Times(world, "BaselineNotReady"));
        Assert.DoesNotContain(world.ReplicaSets, replicaSet => replicaSet.IsBaseline);
    }

    [Fact]
    public void Decide_Released_PutsTheThreeWeightsBackAndRemovesThePods()
    {
        var world = AtFresh(5);
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(2)));

        Assert.Equal((100, 0, 0), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
        Assert.Null(world.BaselineSubset);
        Assert.DoesNotContain(world.ReplicaSets, replicaSet => replicaSet.IsBaseline && replicaSet.Replicas > 0);
    }

    [Fact]
    public void Decide_DeploymentDeleted_RemovesTheBaseline()
    {
        var world = AtFresh(5);
        world.Deployment = null;

        world.Run(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(world.ReplicaSets, replicaSet => replicaSet.IsBaseline);
        Assert.Equal((100, 0, 0), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
    }

    [Fact]
    public void Decide_BaselineReplicaSetDeleted_MakesItAgain()
    {
        var world = AtFresh(5);
        world.ReplicaSets.RemoveAll(replicaSet => replicaSet.IsBaseline);

        world.Step(TimeSpan.FromSeconds(1));
        world.Settle();
        Assert.Equal((95, 5, 0), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal((90, 5, 5), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
    }

    [Fact]
    public void Decide_PlanAsksForNoneMidway_KeepsTheBaselineThatItBeganWith()
    {
        var world = AtFresh(5);
        world.Spec = TestSpecs.Default;

        world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal((90, 5, 5), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
        Assert.Equal(BaselineKind.Fresh, Assert.Single(world.Done.OfType<Effect.StartAnalysis>()).Spec.Baseline);
    }

    [Fact]
    public void Decide_PlanAsksForOneMidway_BeginsWithTheNextRollout()
    {
        var world = AtWeight(5);
        world.BaselineWeight = 0;
        world.Spec = TestSpecs.Fresh;

        world.Run(TimeSpan.FromSeconds(10));

        Assert.Null(world.Status.Journey!.Baseline);
        Assert.Equal((V1, 0), (world.BaselineSubset, world.BaselineWeight));
        Assert.Equal(BaselineKind.Stable, Assert.Single(world.Done.OfType<Effect.StartAnalysis>()).Spec.Baseline);
    }

    [Fact]
    public void Decide_RollbackToTheBaseline_IsRefused()
    {
        var world = AtFresh(5);

        var answer = Order(world, CommandVerb.Rollback, revision: B1.Hash);

        Assert.Equal((CommandResult.Refused, "there is no ReplicaSet of revision v1-b1; there are: v2"), (answer.Result, answer.Message));
    }

    [Fact]
    public void Decide_SomebodyGivesAnIdleBaselineRequests_PutsThemBack()
    {
        var world = Fresh();
        (world.StableWeight, world.BaselineWeight) = (60, 40);
        world.Push();

        world.Settle();

        Assert.Equal((100, 0, 0), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
        Assert.Contains(world.Told, told => told.Reason == "TrafficDrift" && told.Message.Contains("60/0/40", StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_PlanWithoutBake_LetsTheBaselineDrainBeforeTheHandOver()
    {
        var world = Fresh(Plan(20, 100));
        world.Deployment!.Template = "v2";

        Assert.True(world.RunUntil(w => w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" }, TimeSpan.FromHours(1), Passing), world.Status.Message);

        var gone = world.Done.FindIndex(effect => effect is Effect.ScaleReplicaSet { Name: "checkout-v1-b1", Replicas: 0 });
        Assert.InRange(gone, 0, world.Done.FindIndex(effect => effect is Effect.HandOver));
    }

    [Fact]
    public void Decide_HigherWeightWaitsForCandidatePods_BaselineKeepsItsPodsUntilTheWeightMoves()
    {
        var world = AtFresh(50, Plan(50, 80, 100), replicas: 40);
        world.Broken.Add("v2");
        world.RunUntil(w => w.Status.Journey!.Step == 2, TimeSpan.FromMinutes(1), Passing);
        world.Run(TimeSpan.FromSeconds(20));
        Assert.Equal((50, 10), (world.CandidateWeight, world.Find("v1-b1")!.Replicas));

        Heal(world, "v2");
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal((80, 10, 4), (world.CandidateWeight, world.BaselineWeight, world.Find("v1-b1")!.Replicas));
    }

    [Fact]
    public void Decide_BaselineMadeAgain_GetsRequestsOnlyWhenItIsWholeAndEveryProxyKnows()
    {
        var world = AtFresh(50, replicas: 40);
        world.ReplicaSets.RemoveAll(replicaSet => replicaSet.IsBaseline);
        world.Broken.Add("v1-b1");
        world.Run(TimeSpan.FromSeconds(10));
        var pods = world.Find("v1-b1")!.Pods;

        pods[0].ReadyAt = world.Now;
        world.Run(TimeSpan.FromSeconds(10));
        Assert.Equal((V1, 0), (world.BaselineSubset, world.BaselineWeight));

        Heal(world, "v1-b1");
        world.Settle();
        Assert.Equal((B1, 0), (world.BaselineSubset, world.BaselineWeight));
        world.Run(TimeSpan.FromSeconds(4));
        Assert.Equal(0, world.BaselineWeight);
        world.Run(TimeSpan.FromSeconds(3));
        Assert.Equal((25, 50, 25), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
    }

    [Fact]
    public void Decide_PromoteWhileCandidatePodsStart_TakesTheBaselinesRequestsAwayAtOnce()
    {
        var world = AtFresh(5);
        world.Broken.Add("v2");

        Order(world, CommandVerb.Promote);

        Assert.Equal((95, 5, 0), (world.StableWeight, world.CandidateWeight, world.BaselineWeight));
    }

    [Fact]
    public void Decide_RetreatNotWrittenYet_DrainsNoBaselineThatHasRequests()
    {
        var world = AtFresh(50);
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);

        for (var second = 0; second < 40; second++)
        {
            world.Step(TimeSpan.FromSeconds(1));
            world.Pass(effects: 0);
        }

        Assert.Empty(world.Status.Retiring);
        Assert.Equal(1, world.Find("v1-b1")!.Replicas);
    }

    [Fact]
    public void Decide_OnlyTheBaselineStillHasRequests_TheRetreatGoesOn()
    {
        var world = AtFresh(50);
        (world.StableWeight, world.CandidateWeight, world.BaselineWeight) = (75, 0, 25);
        Write(world, CommandVerb.Abort);

        world.Pass(effects: 0);
        Assert.Equal(Stage.Retreating, world.Status.Journey!.Stage);

        world.Settle();
        Assert.Equal((null, 0), (world.Status.Journey, world.BaselineWeight));
    }

    [Fact]
    public void Decide_StalledAndTheBaselineDies_StillTakesItsRequestsAway()
    {
        var world = AtFresh(50);
        for (var i = 0; i < 3; i++)
        {
            (world.StableWeight, world.CandidateWeight, world.BaselineWeight) = (35, 30, 35);
            world.Push();
            world.Settle();
        }

        Assert.NotNull(world.Status.StalledSince);
        Assert.Equal(35, world.BaselineWeight);
        Lose(world, "v1-b1");
        world.Settle();

        Assert.Equal(0, world.BaselineWeight);
    }

    [Fact]
    public void Decide_PlanAsksForNoneAnyMore_KeepsTheSubsetUntilItsOwnerTakesItOut()
    {
        var world = Fresh();
        world.Spec = TestSpecs.Default;
        world.Deployment!.Template = "v2";
        Assert.True(world.RunUntil(w => w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" }, TimeSpan.FromHours(1), Passing));
        Assert.Equal(V2, world.BaselineSubset);
        Assert.DoesNotContain(world.Done, effect => effect is Effect.CreateBaseline);

        world.BaselineWeight = null;
        world.Settle();

        Assert.Null(world.Status.Traffic!.Baseline);
    }

    [Fact]
    public void Check_BaselineWithoutReadyPod_RefusesTheDecision()
    {
        var world = AtFresh(5);
        var observed = world.Observe();
        var dead = observed with { ReplicaSets = observed.ReplicaSets.Select(replicaSet => replicaSet.IsBaseline ? replicaSet with { Ready = 0 } : replicaSet).ToValueList() };
        var decision = RolloutMachine.Decide(observed) with { Effects = [new Effect.SetWeight(new Weight(5), false, true)] };

        Assert.Throws<InvariantException>(() => Invariants.Check(dead, decision));
    }

    private static RolloutSpec Plan(params int[] percents) => TestSpecs.Fresh with
    {
        Steps = percents.SelectMany(percent => percent == 100 ? new Step[] { new Step.SetWeight(Weight.Full) } : [new Step.SetWeight(new Weight(percent)), new Step.Analyze(TimeSpan.Zero, TimeSpan.FromMinutes(10))]).ToValueList(),
    };

    private static World Fresh(RolloutSpec? spec = null, int replicas = 4)
    {
        var world = new World(replicas) { Spec = spec ?? TestSpecs.Fresh, BaselineWeight = 0 };
        world.Run(TimeSpan.FromSeconds(10));
        return world;
    }

    private static World AtFresh(int percent, RolloutSpec? spec = null, int replicas = 4)
    {
        var world = Fresh(spec, replicas);
        world.Deployment!.Template = "v2";
        Assert.True(world.RunUntil(w => w.CandidateWeight == percent && w.Status.Journey is { ExposedSince: not null, Stage: Stage.Stepping }, TimeSpan.FromHours(1), Passing), world.Status.Message);
        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now);
        world.RunUntil(w => w.Status.Journey is { Step: var step } && w.Status.Plan!.Steps[step] is not Step.SetWeight, TimeSpan.FromMinutes(1));
        return world;
    }

    private static List<string> Moments(World world, Func<World, bool> ends)
    {
        var moments = new List<string>();
        Assert.True(
            world.RunUntil(
                w =>
                {
                    var moment = $"{w.StableSubset} {w.CandidateSubset} {w.BaselineSubset} {w.StableWeight}/{w.CandidateWeight}/{w.BaselineWeight}";
                    if (moments.LastOrDefault() != moment)
                    {
                        moments.Add(moment);
                    }

                    return ends(w);
                },
                TimeSpan.FromHours(1),
                Passing),
            world.Status.Message);
        return moments;
    }
}

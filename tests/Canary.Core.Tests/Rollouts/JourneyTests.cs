using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class JourneyTests
{
    [Fact]
    public void Decide_NewDeployment_IsAdoptedPausedAndPointedAtItself()
    {
        var world = Adopted();

        Assert.Equal(Phase.Healthy, world.Status.Phase);
        Assert.True(world.Deployment!.Paused);
        Assert.Equal(new Revision("v1"), world.StableSubset);
        Assert.Equal(new Revision("v1"), world.CandidateSubset);
        Assert.True(world.HasFinalizer);
    }

    [Fact]
    public void Decide_GoodCandidate_IsPromotedWithItsOwnPods()
    {
        var world = Adopted();
        world.Deployment!.Template = "v2";

        Assert.True(world.RunUntil(w => w.Status.Journey?.Stage == Stage.SwitchingSubset, TimeSpan.FromHours(1), Passing));
        var judged = world.Find("v2")!.Pods.Select(pod => pod.Name).ToHashSet();
        Assert.True(world.RunUntil(w => w.Status.Phase == Phase.Healthy, TimeSpan.FromMinutes(5), Passing), world.Status.Message);

        Assert.Equal("v2", world.Status.Stable!.Revision.Hash);
        Assert.Equal(Owner.Deployment, world.Find("v2")!.Owner);
        Assert.Equal(0, world.Find("v1")!.Replicas);
        Assert.Equal((100, 0), (world.StableWeight, world.CandidateWeight));
        Assert.Equal(judged, world.Find("v2")!.Pods.Select(pod => pod.Name).ToHashSet());
        Assert.Equal(Outcome.Promoted, world.Status.History[0].Outcome);
    }

    [Fact]
    public void Decide_VerdictFails_TakesTrafficFirstAndPodsAfterTheDrain()
    {
        var world = AtWeight(5);
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);

        world.Settle();

        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(Phase.Degraded, world.Status.Phase);
        Assert.True(world.Find("v2")!.Replicas > 0);
        world.Run(TimeSpan.FromSeconds(40));
        Assert.Equal(0, world.Find("v2")!.Replicas);
        Assert.Equal(new Revision("v1"), world.CandidateSubset);
        Assert.Equal("v2", world.Deployment!.Template);
    }

    [Fact]
    public void Decide_RetryAfterRollback_StartsAgainFromTheFirstStep()
    {
        var world = AtWeight(5);
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);
        world.Run(TimeSpan.FromMinutes(1));
        world.Verdict = null;

        world.Command = new Command { Raw = "retry", Verb = CommandVerb.Retry };
        world.Settle();

        Assert.Equal(Stage.Preparing, world.Status.Journey!.Stage);
        Assert.Equal(CommandResult.Accepted, world.Status.LastCommand!.Result);
        Assert.Null(world.Command);
    }

    [Fact]
    public void Decide_TemplateReverted_EndsHealthyWithoutRollout()
    {
        var world = AtWeight(5);

        world.Deployment!.Template = "v1";
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(Phase.Healthy, world.Status.Phase);
        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(Outcome.Reverted, world.Status.History[0].Outcome);
        Assert.Null(world.Find("v2"));
    }

    [Fact]
    public void Decide_NewerTemplateDuringRollout_SupersedesFromTheFirstStep()
    {
        var world = AtWeight(50);

        world.Deployment!.Template = "v3";
        world.Settle();

        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal("v3", world.Status.Candidate!.Revision.Hash);
        Assert.Equal(Outcome.Superseded, world.Status.History[0].Outcome);
        Assert.True(world.RunUntil(w => w.CandidateWeight == 5 && w.CandidateSubset?.Hash == "v3", TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void Decide_RollbackAfterPromotion_GoesToTheFormerRevisionAtOnce()
    {
        var world = Promoted();

        world.Command = new Command { Raw = "rollback", Verb = CommandVerb.Rollback, By = "alice" };
        Assert.True(world.RunUntil(w => w.Status.Journey is null && w.Status.Stable!.Revision.Hash == "v1", TimeSpan.FromMinutes(3)), world.Status.Message);

        Assert.Equal("v1", world.Deployment!.Template);
        Assert.Equal(0, world.Find("v2")!.Replicas);
        Assert.Equal(4, world.Find("v1")!.Ready(world.Now));
        world.Deployment.Template = "v2";
        world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(Phase.Degraded, world.Status.Phase);
        Assert.Null(world.Status.Journey);
    }

    [Fact]
    public void Decide_CrashLoopingCandidate_FailsAtTheDeadlineWithThePodsReason()
    {
        var world = Adopted();
        world.Broken.Add("v2");
        world.Deployment!.Template = "v2";

        Assert.True(world.RunUntil(w => w.Status.Phase == Phase.Degraded, TimeSpan.FromMinutes(11)));

        Assert.Contains("CrashLoopBackOff", world.Status.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Done, effect => effect is Effect.SetWeight { Lowers: false } set && set.To > Weight.Zero);
    }

    [Fact]
    public void Decide_ZeroReplicas_PromotesAtOnceAndSaysSo()
    {
        var world = Adopted();
        world.Deployment!.Replicas = 0;
        world.Run(TimeSpan.FromSeconds(5));

        world.Deployment.Template = "v2";
        Assert.True(world.RunUntil(w => w.Status.Phase == Phase.Healthy && w.Status.Stable!.Revision.Hash == "v2", TimeSpan.FromMinutes(1)), world.Status.Message);

        Assert.Equal(Outcome.PromotedAtZero, world.Status.History[0].Outcome);
        world.Deployment.Replicas = 3;
        world.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(3, world.Find("v2")!.Ready(world.Now));
    }

    [Fact]
    public void Decide_RolloutDeleted_PutsEverythingBackAsItWas()
    {
        var world = AtWeight(50);

        world.Deleting = true;
        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)), world.Status.Message);

        Assert.False(world.Deployment!.Paused);
        Assert.Equal("v1", world.Deployment.Template);
        Assert.Null(world.StableSubset);
        Assert.Equal((100, 0), (world.StableWeight, world.CandidateWeight));
        Assert.Equal(4, world.Find("v1")!.Ready(world.Now));
    }

    [Fact]
    public void Decide_WeightsChangedByOthers_ArePutBackThenLeftAlone()
    {
        var world = AtWeight(50);
        for (var i = 0; i < 2; i++)
        {
            (world.StableWeight, world.CandidateWeight) = (100, 0);
            world.Run(TimeSpan.FromSeconds(1));
            Assert.Equal(50, world.CandidateWeight);
        }

        (world.StableWeight, world.CandidateWeight) = (100, 0);
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(0, world.CandidateWeight);
        Assert.Contains(world.Status.Conditions, condition => condition is { Type: "Stalled", Status: true, Reason: "TrafficConflict" });
        world.Command = new Command { Raw = "resume", Verb = CommandVerb.Resume };
        world.Settle();
        Assert.Equal(50, world.CandidateWeight);
    }
}

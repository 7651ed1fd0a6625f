using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

/// <summary>The table "traffic at each moment": each row changes only one thing, and the next one waits until every proxy has learned of it.</summary>
public sealed class TrafficOrderTests
{
    [Fact]
    public void Decide_WholeRollout_ChangesOneThingAtATimeAndWaitsForThePropagation()
    {
        var world = Adopted();
        world.Deployment!.Template = "v2";

        var moments = Moments(world, w => w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" });

        Assert.Equal(
            ["v1 v1 0", "v1 v2 0", "v1 v2 5", "v1 v2 50", "v1 v2 100", "v2 v2 100", "v2 v2 0"],
            moments.Select(moment => moment.Traffic));
        Assert.All(moments.Zip(moments.Skip(1)).Skip(1), pair => Assert.True(pair.Second.At - pair.First.At >= TestSpecs.Default.Traffic.Propagation, $"{pair.Second.Traffic} came too soon"));
    }

    [Fact]
    public void Decide_WholeRollout_NoProxySendsRequestsToASubsetWithoutReadyPods()
    {
        var world = Adopted();
        world.Deployment!.Template = "v2";

        Moments(world, w =>
        {
            var (stable, candidate, weight) = w.Proxies();
            Assert.True(weight == Weight.Full || w.Find(stable!.Value.Hash)?.Ready(w.Now) > 0, "the stable subset was empty");
            Assert.True(weight == Weight.Zero || w.Find(candidate!.Value.Hash)?.Ready(w.Now) > 0, "the candidate's subset was empty");
            return w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" };
        });
    }

    [Theory]
    [InlineData(5)]
    [InlineData(50)]
    [InlineData(100)]
    public void Decide_Abort_WeightsFirstThenPodsThenTheSubset(int percent)
    {
        var world = AtWeight(percent);
        Write(world, Commands.CommandVerb.Abort);

        var moments = Moments(world, w => w.Status.Journey is null && w.Find("v2")!.Replicas == 0 && w.Status.Traffic!.SettledAt is not null && w.CandidateSubset == V1);

        Assert.Equal([$"v1 v2 {percent}", "v1 v2 0", "v1 v1 0"], moments.Select(moment => moment.Traffic));
    }

    [Fact]
    public void Decide_Superseded_NewCandidateGetsItsSubsetOnlyAfterTheWeightWentAway()
    {
        var world = AtWeight(50);
        world.Deployment!.Template = "v3";

        var moments = Moments(world, w => w.CandidateWeight == 5);

        Assert.Equal(["v1 v2 50", "v1 v2 0", "v1 v3 0", "v1 v3 5"], moments.Select(moment => moment.Traffic));
    }

    [Fact]
    public void Decide_Raising_WaitsUntilTheCandidatesSubsetIsKnown()
    {
        var world = Preparing();
        world.RunUntil(w => w.CandidateSubset == V2, TimeSpan.FromMinutes(1));
        var pointed = world.Now;

        world.RunUntil(w => w.CandidateWeight == 5, TimeSpan.FromMinutes(1));

        Assert.True(world.Now - pointed >= TestSpecs.Default.Traffic.Propagation);
    }

    [Fact]
    public void Decide_WeightWrittenButNotSeen_DoesNotAdvance()
    {
        var world = Preparing();
        while (world.Status.Traffic!.Weight == Weight.Zero)
        {
            world.Step(TimeSpan.FromSeconds(1));
            var decision = world.Pass(effects: 0);
            foreach (var effect in decision.Effects.Where(effect => effect is not Effect.SetWeight))
            {
                world.Apply(effect);
            }
        }

        for (var i = 0; i < 60; i++)
        {
            world.Step(TimeSpan.FromSeconds(1));
            world.Pass(effects: 0);
        }

        Assert.Equal(0, world.Status.Journey!.Step);
        Assert.Null(world.Status.Traffic.SettledAt);
    }

    /// <summary>Within one pass: what lowers exposure, what raises it, pods, analysis, and the annotation last.</summary>
    [Fact]
    public void Decide_ManyEffectsInOnePass_ComeInTheirOrder()
    {
        var world = AtWeight(50);
        world.Deployment!.Template = "v3";
        world.Deployment.Paused = false;
        Write(world, Commands.CommandVerb.Pause);

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Equal(
            [typeof(Effect.SetWeight), typeof(Effect.SetPaused), typeof(Effect.ClearCommand)],
            decision.Effects.Select(effect => effect.GetType()));
    }

    [Fact]
    public void Decide_RouteWithAnotherTotal_IsSplitInItsOwnTotal()
    {
        var world = Adopted();
        (world.StableWeight, world.CandidateWeight) = (40, 0);
        world.Deployment!.Template = "v2";

        Assert.True(world.RunUntil(w => w.Status.Traffic!.Weight == new Weight(50) && w.Status.Traffic.SettledAt is not null, TimeSpan.FromHours(1), Passing));

        Assert.Equal((20, 20), (world.StableWeight, world.CandidateWeight));
    }

    [Fact]
    public void Decide_Decision_NeverHoldsTheSameEffectTwice()
    {
        var world = AtWeight(50);
        world.Deployment!.Template = "v3";
        world.Deleting = true;

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.Equal(decision.Effects.Distinct().Count(), decision.Effects.Count);
    }

    private static List<(DateTimeOffset At, string Traffic)> Moments(World world, Func<World, bool> until)
    {
        var moments = new List<(DateTimeOffset At, string Traffic)> { (world.Now, Traffic(world)) };
        Assert.True(
            world.RunUntil(
                w =>
                {
                    if (Traffic(w) != moments[^1].Traffic)
                    {
                        moments.Add((w.Now, Traffic(w)));
                    }

                    return until(w);
                },
                TimeSpan.FromHours(1),
                Passing),
            world.Status.Message);
        return moments;
    }

    private static string Traffic(World world) => $"{world.StableSubset} {world.CandidateSubset} {world.CandidateWeight}";
}

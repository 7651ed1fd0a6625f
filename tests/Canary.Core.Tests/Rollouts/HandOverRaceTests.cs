using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

/// <summary>The Deployment's replicas change between the last look and the change of owner: no precondition spans the two objects.</summary>
public sealed class HandOverRaceTests
{
    public static TheoryData<int, int, string, bool, bool> Instants()
    {
        var data = new TheoryData<int, int, string, bool, bool>();
        foreach (var (from, to) in new[] { (3, 1), (3, 2), (3, 5), (3, 10), (4, 0), (5, 3), (10, 4), (1, 2), (2, 9) })
        {
            foreach (var surge in new[] { "0", "2", "12", "25%" })
            {
                foreach (var resized in new[] { false, true })
                {
                    data.Add(from, to, surge, resized, false);
                    data.Add(from, to, surge, resized, true);
                }
            }
        }

        return data;
    }

    /// <param name="from">The replicas that the candidate was handed over for.</param>
    /// <param name="to">The replicas by then.</param>
    /// <param name="surge">The pods that the strategy allows beyond the replicas.</param>
    /// <param name="resized">Whether the Deployment's controller had resized the stable ReplicaSet when the candidate came.</param>
    /// <param name="older">Whether the candidate's ReplicaSet is the older of the two, as on a way back.</param>
    [Theory]
    [MemberData(nameof(Instants))]
    public void Decide_ReplicasChangeInTheInstantOfTheHandOver_NeverTakesPodsThatServe(int from, int to, string surge, bool resized, bool older)
    {
        var world = HandOverSent(from, surge);
        if (older)
        {
            world.ReplicaSets.Reverse();
        }

        Race(world, from, to, resized);

        Assert.True(world.Find("v2")!.Replicas >= Math.Min(from, to), $"{world.Find("v2")!.Replicas} pods of the candidate are left");
        AssertPromoted(world, to, atLeast: Math.Min(from, to));
        Assert.Equal(surge, world.Deployment!.Surge);
        Assert.Null(world.Status.OwnSurge);
    }

    /// <inheritdoc cref="Decide_ReplicasChangeInTheInstantOfTheHandOver_NeverTakesPodsThatServe"/>
    [Theory]
    [MemberData(nameof(Instants))]
    public void Decide_ReplicasAndSurgeChangeInTheInstantOfTheHandOver_EndsWithAsManyOfTheCandidate(int from, int to, string surge, bool resized, bool older)
    {
        var world = HandOverSent(from, surge);
        if (older)
        {
            world.ReplicaSets.Reverse();
        }

        Narrow(world, surge);
        Race(world, from, to, resized);

        if (world.Find("v2")!.Replicas > 0 || to == 0)
        {
            AssertPromoted(world, to);
        }
        else
        {
            // its last pod was taken: what stands by serves again
            Live(world, 40);
            Assert.True(world.Status.Journey is null, world.Status.Message);
            Assert.Equal(to, world.Find(world.Status.Stable!.Revision.Hash)!.Ready(world.Now));
            Assert.Equal(world.Status.Stable.Revision, world.StableSubset);
        }
    }

    [Theory]
    [InlineData(5, 3, 6)]
    [InlineData(5, 1, 2)]
    [InlineData(3, 6, 2)]
    [InlineData(3, 0, 4)]
    [InlineData(4, 7, 0)]
    public void Decide_ReplicasChangeTwiceInTheInstantOfTheHandOver_EndsWithAsManyOfTheCandidate(int from, int to, int then)
    {
        var world = HandOverSent(from, "1");

        Race(world, from, to, true);
        world.Deployment!.Replicas = then;
        world.Pass();
        world.Step(TimeSpan.Zero);

        AssertPromoted(world, then);
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(3, 8)]
    public void Decide_ReplicasChangeBetweenLookAndWriteAfterTheHandOver_EndsWithAsManyOfTheCandidate(int to, int then)
    {
        var world = HandOverSent(3, "1");
        Race(world, 3, to, true);
        var late = RolloutMachine.Decide(world.Observe());
        world.Deployment!.Replicas = then;
        world.Step(TimeSpan.Zero);

        foreach (var effect in late.Effects)
        {
            world.Apply(effect);
        }

        AssertPromoted(world, then);
    }

    [Fact]
    public void Decide_HandedOverButNotSaturated_LetsTheFormerGoOnceItServesNothing()
    {
        var world = HandOverSent(3, "1");
        Narrow(world, "1");
        Race(world, 3, 2, true);
        Assert.Equal(1, world.Find("v2")!.Replicas);

        Live(world, 1);

        Assert.Contains(new Effect.ScaleReplicaSet("checkout-v1", 0), world.Done);
        Assert.DoesNotContain(world.Done, effect => effect is Effect.Saturate { Name: "checkout-v2" });
        Assert.Equal(2, world.Find("v2")!.Replicas);
        Assert.Equal(V2, world.Status.Stable!.Revision);
    }

    [Fact]
    public void Decide_HandedOverButNotSaturatedWhileASubsetSelectsStable_KeepsTheStablePods()
    {
        var world = HandOverSent(3, "1");
        Narrow(world, "1");
        Race(world, 3, 2, true);
        world.StableSubset = V1;

        var decision = RolloutMachine.Decide(world.Observe());

        Assert.DoesNotContain(decision.Effects, effect => effect is Effect.ScaleReplicaSet);
        Assert.Contains(decision.Effects, effect => effect is Effect.PointSubsets { Stable.Hash: "v2" });
    }

    [Fact]
    public void Decide_HandedOverButNotSaturatedBeforeProxiesKnowTheSubsetAgain_KeepsTheStablePods()
    {
        var world = HandOverSent(3, "1");
        Narrow(world, "1");
        Race(world, 3, 2, true);
        world.StableSubset = V1;
        world.Push();
        world.Pass();
        world.Pass();

        Assert.Equal(V2, world.StableSubset);
        Assert.DoesNotContain(world.Done, effect => effect is Effect.ScaleReplicaSet { Name: "checkout-v1" });
    }

    [Fact]
    public void Decide_HandedOverWithoutAReadyPod_KeepsTheStablePodsAndGoesBack()
    {
        var world = HandOverSent(3, "1");
        Race(world, 3, 5, true);
        Lose(world, "v2");

        world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal(V1, world.Status.Stable!.Revision);
        Assert.Equal(V1, world.StableSubset);
        Assert.Equal(5, world.Find("v1")!.Ready(world.Now));
    }

    [Fact]
    public void Decide_CandidateDiesWhenTheFormerHasBeenToldToGo_DoesNotGoBackToPodsThatEnd()
    {
        var world = HandOverSent(3, "1");
        Narrow(world, "1");
        Race(world, 3, 2, true);
        var observed = world.Observe();
        var going = observed with
        {
            At = world.Now + TimeSpan.FromMinutes(1),
            ReplicaSets = [.. observed.ReplicaSets.Select(replicaSet => replicaSet.Revision == V1 ? replicaSet with { Replicas = 0 } : replicaSet with { Ready = 0, Available = 0 })],
        };

        var decision = RolloutMachine.Decide(going);

        Assert.NotEqual(Stage.Retreating, decision.Status.Journey?.Stage);
        Assert.DoesNotContain(decision.Effects, effect => effect is Effect.PointSubsets);
    }

    [Fact]
    public void Decide_BeforeTheHandOver_WidensTheSurgeAndPutsItBackAfter()
    {
        var world = HandOverSent(4, "25%");

        Assert.Equal("25%", world.Status.OwnSurge);
        Assert.Equal("100%", world.Deployment!.Surge);
        Assert.Equal(8, world.Find("v1")!.Most);
        world.Settle();

        Assert.Equal("25%", world.Deployment.Surge);
        Assert.Null(world.Status.OwnSurge);
        Assert.Equal(V2, world.Status.Stable!.Revision);
        var surges = world.Done.Where(effect => effect is Effect.SetSurge or Effect.HandOver).ToList();
        Assert.Equal([new Effect.SetSurge("25%", "100%"), new Effect.HandOver("checkout-v2", 4, 8), new Effect.SetSurge("100%", "25%")], surges);
    }

    [Theory]
    [InlineData(4, "4")]
    [InlineData(4, "150%")]
    [InlineData(1, "25%")]
    public void Decide_SurgeAsLargeAsTheReplicas_IsLeftAlone(int replicas, string surge)
    {
        var world = HandOverSent(replicas, surge);
        world.Settle();

        Assert.DoesNotContain(world.Done, effect => effect is Effect.SetSurge);
        Assert.Equal(V2, world.Status.Stable!.Revision);
    }

    [Fact]
    public void Decide_SurgeCannotBeWidened_HandsOverAfterAWhile()
    {
        var world = Promoting(Stage.ResettingWeights);
        world.Refuses = effect => effect is Effect.SetSurge;

        Live(world, 20);

        Assert.Equal(V2, world.Status.Stable!.Revision);
        Assert.Null(world.Status.OwnSurge);
    }

    [Fact]
    public void Decide_SurgeChangedByAPersonMeanwhile_IsTheOnePutBack()
    {
        var world = HandOverSent(4, "1");
        world.Deployment!.Surge = "2";

        world.Settle();

        Assert.Equal("2", world.Deployment.Surge);
        Assert.Null(world.Status.OwnSurge);
    }

    [Fact]
    public void Decide_AbortedWhileTheSurgeIsWide_PutsItBack()
    {
        var world = Promoting(Stage.HandingOver);
        Assert.Equal("100%", world.Deployment!.Surge);
        Order(world, Commands.CommandVerb.Abort);

        world.Settle();

        Assert.Equal("1", world.Deployment.Surge);
        Assert.Equal(V1, world.StableSubset);
    }

    [Theory]
    [InlineData(OnDelete.Restore)]
    [InlineData(OnDelete.Orphan)]
    public void Decide_DeletedWhileTheSurgeIsWide_PutsItBack(OnDelete onDelete)
    {
        var world = Promoting(Stage.HandingOver);
        world.Status = world.Status with { Plan = world.Status.Plan! with { OnDelete = onDelete } };
        world.Spec = world.Spec! with { OnDelete = onDelete };
        world.Deleting = true;

        Assert.True(world.RunUntil(w => w.Gone, TimeSpan.FromMinutes(3)), world.Status.Message);

        Assert.Equal("1", world.Deployment!.Surge);
    }

    [Fact]
    public void Decide_CandidateIsTakenBackAfterTheHandOver_KeepsTheSurgeWhileTheDeploymentHasBoth()
    {
        var world = HandOverSent();
        Lose(world, "v2");
        world.Apply(new Effect.HandOver("checkout-v2", 4, 8));

        Live(world, 20, () => Assert.Equal(4, world.Find("v1")!.Ready(world.Now)));

        Assert.Equal(V1, world.StableSubset);
        Assert.Equal("1", world.Deployment!.Surge);
    }

    /// <summary>Somebody puts the surge back before the hand-over arrives, and lets nobody change it.</summary>
    private static void Narrow(World world, string surge)
    {
        world.Refuses = effect => effect is Effect.SetSurge { To: SurgeRules.Wide };
        world.Deployment!.Surge = surge;
    }

    /// <summary>Passes as the engine makes them; it need not settle, as an effect may be refused.</summary>
    private static void Live(World world, int seconds, Action? everySecond = null)
    {
        for (var second = 0; second < seconds; second++)
        {
            for (var passes = 0; passes < 10; passes++)
            {
                world.Pass();
                world.Step(TimeSpan.FromMilliseconds(100));
            }

            everySecond?.Invoke();
        }
    }

    private static void Race(World world, int from, int to, bool resized)
    {
        var most = from + world.Deployment!.MaxSurge;
        world.Deployment.Replicas = to;
        if (resized)
        {
            world.Step(TimeSpan.Zero);
        }

        world.Apply(new Effect.HandOver("checkout-v2", from, most));
        world.Step(TimeSpan.Zero);
    }

    private static void AssertPromoted(World world, int replicas, int atLeast = 0)
    {
        Live(world, 40, () => Assert.True(world.Find("v2")!.Ready(world.Now) >= atLeast, $"only {world.Find("v2")!.Ready(world.Now)} pods serve"));

        Assert.Equal(V2, world.Status.Stable?.Revision);
        Assert.Null(world.Status.Journey);
        Assert.Equal(replicas, world.Find("v2")!.Ready(world.Now));
        Assert.Equal(Owner.Deployment, world.Find("v2")!.Owner);
        Assert.Equal(0, world.Find("v1")!.Replicas);
        Assert.Equal(Phase.Healthy, world.Status.Phase);
    }
}

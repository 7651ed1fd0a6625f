using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;

namespace Canary.Core.Tests.Rollouts;

/// <summary>The places that a rollout can stand in, each reached by the rules themselves.</summary>
internal static class Worlds
{
    public static Revision V1 { get; } = new("v1");

    public static Revision V2 { get; } = new("v2");

    public static Revision V3 { get; } = new("v3");

    public static World Adopted(int replicas = 4, RolloutSpec? spec = null)
    {
        var world = new World(replicas) { Spec = spec ?? TestSpecs.Default };
        world.Run(TimeSpan.FromSeconds(10));
        return world;
    }

    /// <summary>Candidate pods start and are not ready yet.</summary>
    public static World Preparing()
    {
        var world = Adopted();
        world.Deployment!.Template = "v2";
        world.Settle();
        Assert.Equal(Stage.Preparing, world.Status.Journey!.Stage);
        return world;
    }

    /// <summary>In the analysis of the step with this weight, exposed, undecided.</summary>
    public static World AtWeight(int percent, RolloutSpec? spec = null, int replicas = 4)
    {
        var world = Adopted(replicas, spec);
        world.Deployment!.Template = "v2";
        Assert.True(world.RunUntil(w => w.CandidateWeight == percent && w.Status.Journey is { ExposedSince: not null, Stage: Stage.Stepping }, TimeSpan.FromHours(1), Passing), world.Status.Message);
        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now);
        world.RunUntil(w => w.Status.Journey is { Step: var step } && w.Status.Plan!.Steps[step] is not Step.SetWeight, TimeSpan.FromMinutes(1));
        return world;
    }

    /// <summary>In a stage of the promotion, nothing handed over.</summary>
    public static World Promoting(Stage stage, int replicas = 4, string surge = "1")
    {
        var world = Adopted(replicas);
        world.Deployment!.Surge = surge;
        world.Deployment.Template = "v2";
        var before = stage == Stage.HandingOver ? Stage.ResettingWeights : stage;
        Assert.True(world.RunUntil(w => w.Status.Journey?.Stage == before, TimeSpan.FromHours(1), Passing), world.Status.Message);
        if (stage == Stage.HandingOver)
        {
            // one pod short of a full ReplicaSet: it may not be handed over
            world.Find("v2")!.Pods[0].ReadyAt = world.Now + TimeSpan.FromHours(1);
            world.Run(TimeSpan.FromSeconds(8));
        }

        Assert.Equal(stage, world.Status.Journey!.Stage);
        Assert.Null(world.Status.Journey.HandOverSentAt);
        return world;
    }

    /// <summary>The hand-over is remembered as sent, and the engine died before it was.</summary>
    public static World HandOverSent() => HandOverSent(4, "1");

    public static World HandOverSent(int replicas, string surge)
    {
        var world = Promoting(Stage.ResettingWeights, replicas, surge);
        world.Refuses = effect => effect is Effect.HandOver;
        while (world.Status.Journey is { HandOverSentAt: null })
        {
            world.Step(TimeSpan.FromSeconds(1));
            world.Pass();
        }

        world.Refuses = null;
        Assert.Equal(Owner.Rollout, world.Find("v2")!.Owner);
        return world;
    }

    public static World Promoted()
    {
        var world = Adopted();
        world.Deployment!.Template = "v2";
        Assert.True(world.RunUntil(w => w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" }, TimeSpan.FromHours(1), Passing));
        world.Run(TimeSpan.FromMinutes(1));
        return world;
    }

    /// <summary>The candidate was taken back; the Deployment still asks for it.</summary>
    public static World Degraded()
    {
        var world = AtWeight(5);
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(Phase.Degraded, world.Status.Phase);
        world.Verdict = null;
        return world;
    }

    /// <summary>Waits for a person because a step ended without proof.</summary>
    public static World Inconclusive()
    {
        var world = AtWeight(5);
        Assert.True(world.RunUntil(w => w.Status.Pause is not null, TimeSpan.FromMinutes(20)));
        Assert.Equal(PauseReason.Inconclusive, world.Status.Pause!.Reason);
        return world;
    }

    /// <summary>The verdict failed while no stable pod is ready: the traffic cannot go back by itself.</summary>
    public static World Retreating()
    {
        var world = AtWeight(50);
        Lose(world, "v1");
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);
        world.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(Stage.Retreating, world.Status.Journey!.Stage);
        Assert.Equal(50, world.CandidateWeight);
        return world;
    }

    /// <summary>Somebody unpaused the Deployment, and its own update does not come to an end.</summary>
    public static World Native()
    {
        var world = Adopted();
        world.Broken.Add("v5");
        world.Deployment!.Paused = false;
        world.Deployment.Template = "v5";
        world.Step(TimeSpan.FromSeconds(1));
        world.Run(TimeSpan.FromSeconds(20));
        Assert.True(world.Status.NativeSeen);
        return world;
    }

    /// <summary>Another writer sets the weights to 30/70, and the engine has stopped putting them back.</summary>
    public static World Stalled(int percent)
    {
        var world = AtWeight(percent);
        for (var i = 0; i < 3; i++)
        {
            Drift(world, 30, 70);
            world.Settle();
        }

        Assert.NotNull(world.Status.StalledSince);
        Assert.Equal(70, world.CandidateWeight);
        return world;
    }

    public static void Passing(World world) => world.Verdict = TestSpecs.Verdict(VerdictState.Pass, world.Now);

    public static void Drift(World world, int stable, int candidate)
    {
        (world.StableWeight, world.CandidateWeight) = (stable, candidate);
        world.Push();
    }

    /// <summary>All pods of a revision stop being ready, and new ones do not become so.</summary>
    public static void Lose(World world, string revision)
    {
        world.Broken.Add(revision);
        world.Find(revision)!.Pods.ForEach(pod => pod.ReadyAt = DateTimeOffset.MaxValue);
    }

    public static void Heal(World world, string revision)
    {
        world.Broken.Remove(revision);
        world.Find(revision)!.Pods.ForEach(pod => pod.ReadyAt = world.Now);
    }

    /// <summary>Puts a command into the annotation; the next pass reads it.</summary>
    public static void Write(World world, CommandVerb verb, string? id = null, string? revision = null, string? by = null, string? reason = null) =>
        world.Command = new Command { Raw = $"{verb}-{id}-{revision}-{by}", Verb = verb, Id = id, Revision = revision is null ? null : new Revision(revision), By = by, Reason = reason };

    /// <summary>Gives a command, and lets the engine settle.</summary>
    public static CommandStatus Order(World world, CommandVerb verb, string? id = null, string? revision = null, string? by = null, string? reason = null)
    {
        Write(world, verb, id, revision, by, reason);
        world.Settle();
        Assert.Null(world.Command);
        return world.Status.LastCommand!;
    }

    public static int Times(World world, string reason) => world.Told.Count(told => told.Reason == reason);

    public static Condition ConditionOf(World world, string type) => Assert.Single(world.Status.Conditions, condition => condition.Type == type);
}

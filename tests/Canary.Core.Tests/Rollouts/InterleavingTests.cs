using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using CsCheck;
using Xunit;

namespace Canary.Core.Tests.Rollouts;

/// <summary>Random interleavings of everything that can happen, with every promise checked after each event.</summary>
public sealed class InterleavingTests
{
    private static readonly Gen<(int Kind, int Detail)[]> Stories = Gen.Select(Gen.Int[0, 29], Gen.Int[0, 999]).Array[5, 60];

    /// <summary>As the others, and baseline pods die, and the plan asks for a baseline and for none in turn.</summary>
    private static readonly Gen<(int Kind, int Detail)[]> FreshStories = Gen.Select(Gen.Int[0, 34], Gen.Int[0, 999]).Array[5, 60];

    [Fact]
    public void Decide_AnyInterleaving_KeepsEveryPromiseAndEndsAtRest() => Tell(1500, Stories, story => LiveAndRest(Simulated(TestSpecs.Default), story));

    [Fact]
    public void Decide_AnyInterleavingWithFreshBaseline_KeepsEveryPromiseAndEndsAtRest() => Tell(1500, FreshStories, story => LiveAndRest(Simulated(TestSpecs.Fresh), story));

    private static World Simulated(RolloutSpec spec) => new(4, 7) { Spec = spec, BaselineWeight = spec == TestSpecs.Fresh ? 0 : null };

    private static RolloutSpec Base(World world) => world.BaselineWeight is null ? TestSpecs.Default : TestSpecs.Fresh;

    private static void LiveAndRest(World world, (int Kind, int Detail)[] story)
    {
        var trace = new List<string>();
        world.Trace = trace.Add;
        try
        {
            Live(world, story);
            Rest(world);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\n{string.Join('\n', trace.Distinct().TakeLast(40))}", e);
        }
    }

    [Fact]
    public void Decide_AppliedToItsOwnOutcome_IsAFixedPoint() => Tell(400, Stories, story => IsFixed(Simulated(TestSpecs.Default), story));

    [Fact]
    public void Decide_WithFreshBaselineAppliedToItsOwnOutcome_IsAFixedPoint() => Tell(400, FreshStories, story => IsFixed(Simulated(TestSpecs.Fresh), story));

    private static void IsFixed(World world, (int Kind, int Detail)[] story)
    {
        foreach (var (kind, detail) in story)
        {
            Happen(world, kind, detail);
            var observation = world.Observe();
            var first = RolloutMachine.Decide(observation);
            var second = RolloutMachine.Decide(observation with { Status = first.Status });
            Assert.Equal(first.Status, second.Status);
            Assert.Equal(first.Effects, second.Effects);
            Assert.Empty(second.Announcements);
            Assert.Equal(first, RolloutMachine.Decide(observation));
            Act(world, detail);
        }
    }

    /// <summary>Tells the same stories each time, by number; the variable CANARY_STORIES draws as many more by chance, and shrinks what fails.</summary>
    private static void Tell(int count, Gen<(int Kind, int Detail)[]> stories, Action<(int Kind, int Detail)[]> tell)
    {
        Parallel.For(0, count, number =>
        {
            var story = stories.Generate(new PCG((uint)number, 20261123), null, out _);
            try
            {
                tell(story);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"story {number}: {Print(story)}\n{e.Message}", e);
            }
        });
        if (int.TryParse(Environment.GetEnvironmentVariable("CANARY_STORIES"), out var more))
        {
            stories.Sample(tell, iter: more, print: Print);
        }
    }

    private static string Print((int Kind, int Detail)[] story) => string.Join(" ", story.Select(part => $"({part.Kind},{part.Detail})"));

    private static void Live(World world, (int Kind, int Detail)[] story)
    {
        Observation? before = null;
        int? least = null;
        var robbed = false;
        foreach (var (kind, detail) in story)
        {
            Happen(world, kind, detail);
            robbed |= kind == 29;
            if (before is not null && detail % 4 == 0 && !world.Gone)
            {
                // a slow pass, or a deposed leader: it decides on what was, loses the race for the status, and so touches nothing
                RolloutMachine.Decide(before);
            }

            before = world.Observe();
            Act(world, detail);
            world.Step(TimeSpan.FromSeconds(detail % 11));
            Check(world, robbed);
            least = KeepsCandidate(world, least);
        }
    }

    /// <summary>What was handed over and serves is never scaled below what the Deployment asks for, or asked for since.</summary>
    private static int? KeepsCandidate(World world, int? least)
    {
        if (world is not { Deployment: { Paused: true, Surge: SurgeRules.Wide } deployment, Status: { Journey: { Stage: Stage.HandingOver, HandOverSentAt: not null }, Candidate: { } candidate } }
            || world.Find(candidate.Revision.Hash) is not { Owner: Owner.Deployment } replicaSet
            || deployment.Template != candidate.Revision.Hash)
        {
            return null;
        }

        least = Math.Min(least ?? Math.Min(replicaSet.Desired ?? 0, replicaSet.Replicas), deployment.Replicas);
        Assert.True(replicaSet.Replicas >= least, $"{replicaSet.Replicas} pods of the candidate are left of {least}");
        return least;
    }

    /// <summary>A whole pass, or one in which a crash, refused writes or doubled ones leave some effects undone or done twice; by a clock that may be behind.</summary>
    private static void Act(World world, int detail)
    {
        if (world.Gone)
        {
            return;
        }

        Func<int, int> times = (detail % 7) switch
        {
            0 => index => index < detail % 3 ? 1 : 0,
            1 => _ => 2,
            2 => index => index == detail % 3 || index == detail % 5 ? 0 : 1,
            _ => _ => 1,
        };
        var behind = detail % 13 == 0 ? TimeSpan.FromSeconds(detail % 61) : TimeSpan.Zero;

        var before = world.CandidateWeight;
        var beside = world.BaselineWeight;
        var ready = Ready(world);
        var ordered = world.Status.Journey is { Stage: Stage.Retreating, RetreatOrdered: true };
        world.BeforeEffect = effect => Race(world, effect, detail);
        world.Pass(times, behind);
        world.BeforeEffect = null;
        if (world.CandidateWeight > before && !world.Deleting)
        {
            Assert.True(ready, "requests were sent to a candidate without a ready pod");
            Assert.True(world.CandidateWeight <= MostPlanned(world), $"the weight {world.CandidateWeight} is above the plan's step");
        }

        if (world.BaselineWeight > beside && !world.Deleting)
        {
            Assert.True(world.Find(world.BaselineSubset!.Value.Hash)?.Ready(world.Now) > 0, "requests were sent to a baseline without a ready pod");
            Assert.True(world.BaselineWeight <= world.CandidateWeight, "the baseline got more than the candidate");
            Assert.True(world.BaselineWeight <= Math.Max(1, world.StableWeight), "the baseline got more than the pods that serve");
        }

        Assert.Equal(100, world.StableWeight + world.CandidateWeight + (world.BaselineWeight ?? 0));
        if (world.CandidateWeight == 0 && before > 0 && !ordered && world.Deployment is { Replicas: > 0 } && world.Status.Journey is { RetreatOrdered: false, Stage: Stage.Retreating })
        {
            Assert.True(world.Find(world.Status.Stable!.Revision.Hash)?.Ready(world.Now) > 0 || !ready, "requests went back to a stable revision without a ready pod while the candidate had one");
        }
    }

    /// <summary>The replicas change after the engine has looked, and the Deployment's controller may be quicker than the write.</summary>
    private static void Race(World world, Effect effect, int detail)
    {
        if (effect is Effect.HandOver or Effect.Saturate or Effect.SetSurge && detail % 3 == 1 && world.Deployment is { } deployment)
        {
            deployment.Replicas = detail / 3 % 9;
            if (detail % 2 == 1)
            {
                world.Step(TimeSpan.Zero);
            }
        }
    }

    private static bool Ready(World world) => world.CandidateSubset is { } subset && world.Find(subset.Hash)?.Ready(world.Now) > 0;

    private static int MostPlanned(World world)
    {
        var journey = world.Status.Journey;
        if (journey is null)
        {
            return 0;
        }

        return journey.Express || journey.Stage is not Stage.Stepping
            ? 100
            : world.Status.Plan!.Steps.Take(journey.Step + 1).OfType<Step.SetWeight>().Select(step => step.To.Percent).DefaultIfEmpty(0).Max();
    }

    private static void Check(World world, bool robbed)
    {
        if (world.Deployment is not { Replicas: > 0 } deployment || world.Status.Original is null || world.Deleting)
        {
            return;
        }

        var serving = world.ReplicaSets.Where(replicaSet => replicaSet.Owner == Owner.Deployment).Sum(replicaSet => replicaSet.Replicas);
        Assert.True(serving > 0 || robbed, "a Deployment with replicas was left without an active ReplicaSet");
        if (world.Status is { Stable: { } stable, Journey: { HandOverSentAt: null } } && deployment.Paused)
        {
            var replicaSet = world.Find(stable.Revision.Hash);
            Assert.True(replicaSet is null || replicaSet.Owner != Owner.Deployment || replicaSet.Replicas == deployment.Replicas || replicaSet.Replicas == 0, "stable was scaled before the hand-over");
        }
    }

    /// <summary>Once nothing more happens and the pods are well, every story ends at rest: promoted, refused, or waiting for a person.</summary>
    private static void Rest(World world)
    {
        world.Broken.Clear();
        world.RouteMissing = false;
        world.Spec = Base(world);
        world.Metrics = TestSpecs.Metrics;
        world.Deployment ??= Revived(world);
        world.Deployment.Replicas = Math.Max(1, world.Deployment.Replicas);
        foreach (var pod in world.ReplicaSets.SelectMany(replicaSet => replicaSet.Pods).Where(pod => pod.ReadyAt == DateTimeOffset.MaxValue))
        {
            pod.ReadyAt = world.Now;
        }

        if (world.Status.Pause is not null)
        {
            world.Command = new Command { Raw = "promote", Verb = CommandVerb.Promote };
        }

        var rested = world.RunUntil(
            w => w.Gone || (w.Status.Phase is Phase.Healthy or Phase.Degraded && RolloutMachine.Decide(w.Observe()).LookAgainAt is null && w.Find(w.Status.Stable!.Revision.Hash)?.Ready(w.Now) == w.Deployment!.Replicas),
            TimeSpan.FromHours(3),
            w =>
            {
                w.Verdict = TestSpecs.Verdict(VerdictState.Pass, w.Now);
                if (w.Status.Stable is { } stable && w.Find(stable.Revision.Hash) is null && w.Command is null && w.Status.LastCommand?.Pending != true)
                {
                    // somebody deleted the ReplicaSet that served: a person who reads the message does as it says
                    var verb = w.Status.Journey switch
                    {
                        null => CommandVerb.Retry,
                        { Stage: Stage.Retreating } => CommandVerb.Abort,
                        _ => CommandVerb.Promote,
                    };
                    w.Command = new Command { Raw = $"{verb} {w.Now}", Verb = verb };
                }
            });
        Assert.True(rested, $"no rest: {world.Status.Phase} {world.Status.Message}");
        if (world.Gone)
        {
            return;
        }

        Assert.Equal(0, world.CandidateWeight);
        Assert.NotEqual(SurgeRules.Wide, world.Deployment.Surge);
        var stable = world.Find(world.Status.Stable!.Revision.Hash)!;
        Assert.Equal(world.Deployment.Replicas, stable.Ready(world.Now));
        Assert.Equal(Owner.Deployment, stable.Owner);
        Assert.All(world.ReplicaSets.Where(replicaSet => replicaSet != stable), replicaSet => Assert.Equal(0, replicaSet.Replicas));
        Assert.Equal(stable.Revision, world.StableSubset);
        Assert.DoesNotContain(world.ReplicaSets, replicaSet => replicaSet.IsBaseline);
        if (world.BaselineWeight is { } left)
        {
            Assert.Equal((0, stable.Revision), (left, world.BaselineSubset));
        }

        Assert.Equal(world.Status.Phase == Phase.Healthy, world.Deployment.Template == stable.Revision.Hash);
    }

    private static SimulatedDeployment Revived(World world)
    {
        world.ReplicaSets.RemoveAll(replicaSet => replicaSet.Owner == Owner.Deployment);
        return new SimulatedDeployment { Replicas = 2, Template = "v9" };
    }

    private static void Happen(World world, int kind, int detail)
    {
        var deployment = world.Deployment;
        switch (kind)
        {
            case <= 3 when deployment is not null:
                deployment.Template = $"v{detail % 4 + 1}";
                break;
            case 4 when deployment is not null:
                deployment.Replicas = detail % 7;
                if (detail % 5 == 0)
                {
                    deployment.Surge = detail % 2 == 0 ? $"{(detail % 3) + 1}" : "30%";
                }

                break;
            case 5 or 6:
                world.Verdict = TestSpecs.Verdict((VerdictState)(detail % 4), world.Now);
                break;
            case <= 9:
                world.Verdict = TestSpecs.Verdict(VerdictState.Pass, world.Now);
                world.Step(TimeSpan.FromSeconds(20));
                break;
            case 10:
                // a pod is evicted or crashes
                var pods = world.ReplicaSets.SelectMany(replicaSet => replicaSet.Pods).ToList();
                if (pods.Count > 0)
                {
                    pods[detail % pods.Count].ReadyAt = world.Now + TimeSpan.FromSeconds(detail % 60);
                }

                break;
            case 11:
                if (!world.Broken.Remove($"v{detail % 4 + 1}"))
                {
                    world.Broken.Add($"v{detail % 4 + 1}");
                }

                break;
            case 12 when world.Status.Candidate is { } candidate && world.Find(candidate.Revision.Hash) is { } all:
                all.Pods.ForEach(pod => pod.ReadyAt = world.Now + TimeSpan.FromSeconds(15));
                break;
            case >= 13 and <= 19:
                var verb = (CommandVerb)(kind - 13);
                world.Command = new Command { Raw = $"{verb}-{detail}", Verb = verb, Id = detail % 3 == 0 ? $"{detail % 20}" : null, Revision = detail % 7 == 0 ? new Revision($"v{detail % 4 + 1}") : null };
                break;
            case 20:
                (world.StableWeight, world.CandidateWeight) = detail % 2 == 0 ? (100, 0) : (30, 70);
                if (world.BaselineWeight is not null)
                {
                    world.BaselineWeight = detail % 5 * 5;
                    world.StableWeight -= detail % 5 * 5;
                }

                world.Push();
                break;
            case 21 when deployment is not null && detail % 3 == 0:
                deployment.Paused = false;
                break;
            case 22:
                world.RouteMissing = !world.RouteMissing;
                break;
            case 23:
                world.Spec = detail % 2 == 0 ? null : Base(world);
                break;
            case 24:
                world.Metrics = detail % 2 == 0 ? null : TestSpecs.Metrics;
                break;
            case 25 when detail % 6 == 0 && deployment is not null:
                world.Deployment = null;
                break;
            case 26 when deployment is null:
                world.Deployment = Revived(world);
                break;
            case 27 when detail % 5 == 0 && world.HasFinalizer:
                world.Deleting = true;
                break;
            case 28:
                world.Spec = Base(world) with { Steps = detail % 3 == 0 ? [new Step.SetWeight(new Weight(20)), new Step.Pause(null), new Step.SetWeight(Weight.Full)] : [.. TestSpecs.Default.Steps.Skip(detail % 5)] };
                break;
            case 29 when detail % 4 == 0 && world.ReplicaSets.Count > 0:
                world.ReplicaSets.RemoveAt(detail % world.ReplicaSets.Count);
                break;
            case 30 or 31 when world.ReplicaSets.Find(replicaSet => replicaSet.IsBaseline) is { } baseline:
                // some or all of the baseline's pods die, for a while or until the end
                baseline.Pods.Take(detail % 2 == 0 ? 1 : 99).ToList().ForEach(pod => pod.ReadyAt = detail % 3 == 0 ? DateTimeOffset.MaxValue : world.Now + TimeSpan.FromSeconds(detail % 60));
                break;
            case 32 when world.ReplicaSets.Exists(replicaSet => replicaSet.IsBaseline) && detail % 2 == 0:
                world.ReplicaSets.RemoveAll(replicaSet => replicaSet.IsBaseline);
                break;
            case 33 when world.Status.Journey?.Baseline is { } arm:
                if (!world.Broken.Remove(arm.Revision.Hash))
                {
                    world.Broken.Add(arm.Revision.Hash);
                }

                break;
            case 34:
                world.Spec = detail % 3 == 0 ? TestSpecs.Default : TestSpecs.Fresh;
                break;
        }
    }
}

using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

/// <summary>Another replica's clock may be behind the one that wrote the status.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(1);

    [Fact]
    public void Decide_HeldAndTheClockGoesBack_NeverShortensTheStep()
    {
        var world = AtWeight(5);
        var entered = world.Status.Journey!.EnteredAt;
        world.RouteMissing = true;
        world.Settle();
        world.RouteMissing = false;

        var decision = RolloutMachine.Decide(world.Observe() with { At = world.Now - Behind });

        Assert.True(decision.Status.Journey!.EnteredAt >= entered);
    }

    [Fact]
    public void Decide_DataReturnsAndTheClockGoesBack_NeverShortensTheStep()
    {
        var world = AtWeight(5);
        var entered = world.Status.Journey!.EnteredAt;
        world.Verdict = TestSpecs.Verdict(VerdictState.Unknown, world.Now);
        world.Settle();
        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now);

        var decision = RolloutMachine.Decide(world.Observe() with { At = world.Now - Behind });

        Assert.True(decision.Status.Journey!.EnteredAt >= entered);
        Assert.Contains(decision.Announcements, told => told is { Reason: "DataReturned", Message: "data is back after 0 s" });
    }

    [Fact]
    public void Decide_ClockGoesBackAMinute_TakesNothingBack()
    {
        var world = AtWeight(50);

        var decision = RolloutMachine.Decide(world.Observe() with { At = world.Now - Behind });

        Assert.Empty(decision.Effects);
        Assert.Equal(world.Status.Traffic!.Weight, decision.Status.Traffic!.Weight);
    }
}

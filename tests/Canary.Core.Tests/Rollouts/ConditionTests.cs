using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class ConditionTests
{
    /// <summary>Valid, Ready, Reconciling, Stalled as kstatus reads them: T, F or U each.</summary>
    public static TheoryData<string, Phase, string, string> Places => new()
    {
        { "idle", Phase.Healthy, "TTFF", "v1 (v1) serves all requests" },
        { "preparing", Phase.Progressing, "TFTF", "pods of v2 (v2) start: 0 of 1 candidate pods are available" },
        { "weight", Phase.Progressing, "TFTF", "step 4 of 6 (analyze), 50 % on v2 (v2)" },
        { "paused", Phase.Paused, "TFFT", "step 4 of 6 (analyze), 50 % on v2 (v2): paused by alice" },
        { "inconclusive", Phase.Paused, "TFFT", "step 2 of 6 (analyze), 5 % on v2 (v2): the step ended without proof; waits for a person" },
        { "stalled", Phase.Progressing, "TFTT", "step 4 of 6 (analyze), 50 % on v2 (v2): another writer sets the weights" },
        { "promoting", Phase.Promoting, "TFTF", "v2 (v2) is being promoted: the proxies are learning of the promotion" },
        { "retreating", Phase.RollingBack, "TFTF", "the verdict is Fail: no stable pod is ready to take the traffic back; an abort by a person does not wait for one" },
        { "degraded", Phase.Degraded, "TFFT", "v1 (v1) serves all requests; v2 (v2) was taken back: the verdict is Fail" },
        { "invalid", Phase.Invalid, "FFFT", "spec: is wrong" },
        { "native", Phase.Progressing, "TFTF", "the Deployment's own update is let finish" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void Decide_Place_HasPhaseConditionsAndMessage(string place, Phase phase, string conditions, string message)
    {
        var world = At(place);

        Assert.Equal(phase, world.Status.Phase);
        Assert.Equal(conditions, string.Concat(new[] { "Valid", "Ready", "Reconciling", "Stalled" }.Select(type => ConditionOf(world, type).Status switch { true => "T", false => "F", null => "U" })));
        Assert.Equal(message, world.Status.Message);
        Assert.All(world.Status.Conditions, condition => Assert.False(condition.Reason.Length == 0 || condition.Message.Length == 0));
    }

    [Fact]
    public void Decide_ConditionKeepsItsStatus_KeepsItsTime()
    {
        var world = Adopted();
        var ready = ConditionOf(world, "Ready");

        world.Deployment!.Template = "v2";
        world.Run(TimeSpan.FromSeconds(2));
        var lost = ConditionOf(world, "Ready");
        world.Run(TimeSpan.FromSeconds(20));

        Assert.True(lost.Since > ready.Since);
        Assert.Equal(lost.Since, ConditionOf(world, "Ready").Since);
    }

    [Theory]
    [InlineData(true, true, "Seen")]
    [InlineData(false, false, "NotSeen")]
    [InlineData(null, null, "Unknown")]
    public void Decide_WeightInTheRequests_IsToldAsACondition(bool? seen, bool? status, string reason)
    {
        var world = AtWeight(50);
        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now) with { WeightSeen = seen, ObservedShare = 0.123 };

        world.Settle();

        var condition = ConditionOf(world, "WeightVerified");
        Assert.Equal((status, reason), (condition.Status, condition.Reason));
        Assert.True(seen != false || condition.Message.StartsWith("12.3", StringComparison.Ordinal), condition.Message);
    }

    [Fact]
    public void Decide_GenerationRead_IsRemembered()
    {
        var decision = RolloutMachine.Decide(Adopted().Observe() with { Generation = 17 });

        Assert.Equal(17, decision.Status.ObservedGeneration);
    }

    [Fact]
    public void Decide_PromotedRollout_IsRecordedWithAllThatPeopleAsk()
    {
        var world = Promoted();

        var entry = Assert.Single(world.Status.History);
        Assert.Equal((V2, "shop/checkout:v2", Outcome.Promoted, V1), (entry.Revision, entry.Image, entry.Outcome, entry.From!.Value));
        Assert.True(entry.StartedAt < entry.FinishedAt);
        Assert.Null(entry.By);
        Assert.Equal("the verdict is Pass", entry.Reason);
    }

    [Fact]
    public void Decide_ManyRollouts_KeepsTheLastTenNewestFirst()
    {
        var world = Adopted();
        for (var i = 2; i < 15; i++)
        {
            world.Deployment!.Template = $"v{i}";
            world.Run(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(10, world.Status.History.Count);
        Assert.Equal("v13", world.Status.History[0].Revision.Hash);
        Assert.All(world.Status.History, entry => Assert.Equal(Outcome.Superseded, entry.Outcome));
    }

    [Fact]
    public void Decide_GoodRollout_TellsEachFactOnce()
    {
        var world = Promoted();

        string[] expected = ["Adopted", "RolloutStarted", "WeightSet", "StepPassed", "WeightSet", "StepPassed", "WeightSet", "StepPassed", "Promoting", "Promoted"];
        Assert.Equal(expected, world.Told.Select(told => told.Reason).Where(reason => reason is not "NoData" and not "DataReturned"));
    }

    [Theory]
    [InlineData("shop/checkout:v2", "v2 (h)")]
    [InlineData("host:5000/shop/checkout:v2", "v2 (h)")]
    [InlineData("host:5000/shop/checkout", "host:5000/shop/checkout (h)")]
    [InlineData("shop/checkout:v2@sha256:0123", "v2 (h)")]
    [InlineData("", "h")]
    public void Describe_Image_IsItsTagAndTheRevision(string image, string expected) =>
        Assert.Equal(expected, Pass.Describe(new Arm(new Revision("h"), "checkout-h", image)));

    private static World At(string place)
    {
        switch (place)
        {
            case "idle":
                return Adopted();
            case "preparing":
                return Preparing();
            case "weight":
                return AtWeight(50);
            case "paused":
                var paused = AtWeight(50);
                Order(paused, CommandVerb.Pause, by: "alice");
                return paused;
            case "inconclusive":
                return Inconclusive();
            case "stalled":
                return Stalled(50);
            case "promoting":
                return Promoting(Stage.SwitchingSubset);
            case "retreating":
                return Retreating();
            case "degraded":
                return Degraded();
            case "native":
                return Native();
            default:
                var invalid = Adopted();
                invalid.Spec = null;
                invalid.Settle();
                return invalid;
        }
    }
}

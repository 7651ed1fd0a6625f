using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Engine.Tests.Fakes;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests;

public sealed class EngineTelemetryTests
{
    [Fact]
    public async Task Decided_RolloutUnderWay_ShowsWeightStepAndPhase()
    {
        await using var engine = new EngineHarness();

        engine.Get<EngineTelemetry>().Decided(Checkout, new RolloutStatus
        {
            Phase = Phase.Progressing,
            Traffic = new TrafficStatus(One, Two, new Weight(20), null),
            Journey = new Journey { Stage = Stage.Stepping, Step = 2, EnteredAt = DateTimeOffset.UnixEpoch },
        });

        var text = await engine.MetricsAsync();
        Assert.Contains("canary_rollout_weight_percent{namespace=\"shop\",name=\"checkout\"} 20", text, StringComparison.Ordinal);
        Assert.Contains("canary_rollout_step_index{namespace=\"shop\",name=\"checkout\"} 2", text, StringComparison.Ordinal);
        Assert.Contains("canary_rollout_phase{namespace=\"shop\",name=\"checkout\",phase=\"Progressing\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("canary_rollout_phase{namespace=\"shop\",name=\"checkout\",phase=\"Healthy\"} 0", text, StringComparison.Ordinal);
        Assert.Contains("canary_decisions_total{phase=\"Progressing\"} 1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forget_OneOfTwoRollouts_RemovesItsSeriesOnly()
    {
        await using var engine = new EngineHarness();
        var telemetry = engine.Get<EngineTelemetry>();
        telemetry.Decided(Checkout, RolloutStatus.Initial);
        telemetry.Decided(Search, RolloutStatus.Initial);

        telemetry.Forget(Checkout);

        var text = await engine.MetricsAsync();
        Assert.DoesNotContain("name=\"checkout\"", text, StringComparison.Ordinal);
        Assert.Contains("canary_rollout_step_index{namespace=\"shop\",name=\"search\"} -1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_QueueHasWork_ShowsTheDepthOfEachLane()
    {
        await using var engine = new EngineHarness();
        engine.Get<EngineTelemetry>().Watch(engine.Queue);
        engine.Queue.Add(Checkout, urgent: true);
        engine.Queue.Add(Search);
        engine.Queue.AddAfter(new("shop", "later"), TimeSpan.FromMinutes(1));

        var text = await engine.MetricsAsync();

        Assert.Contains("canary_queue_depth{lane=\"urgent\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("canary_queue_depth{lane=\"ordinary\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("canary_queue_depth{lane=\"delayed\"} 1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_SomeRolloutsLed_ShowsHowManyAreLedOfThoseKnown()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Store.Put(Search);
        engine.Leadership.Rule = key => key == Search;
        engine.Get<EngineTelemetry>().Watch(engine.Store, engine.Leadership);

        var before = await engine.MetricsAsync();
        engine.Leadership.Rule = _ => false;
        var after = await engine.MetricsAsync();

        Assert.Contains("canary_rollouts_known 2", before, StringComparison.Ordinal);
        Assert.Contains("canary_rollouts_led 1", before, StringComparison.Ordinal);
        Assert.Contains("canary_rollouts_led 0", after, StringComparison.Ordinal);
    }
}

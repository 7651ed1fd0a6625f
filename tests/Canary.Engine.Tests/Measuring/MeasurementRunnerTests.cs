using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Measuring;
using Canary.Engine.Ports;
using Canary.Engine.Tests.Fakes;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Measuring;

public sealed class MeasurementRunnerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Follow_Analysis_MeasuresOnceAnInterval()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));
        await engine.StartAsync();

        for (var round = 1; round <= 4; round++)
        {
            engine.Time.Advance(Interval);
            await engine.Journal.WaitForAsync("evidence checkout Running Stored", round);
            await engine.IdleAsync();
        }

        Assert.Equal(4, engine.Journal.Count("measured checkout"));
        Assert.Contains("canary_measurement_rounds_total{result=\"read\"} 4", await engine.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_SlowSource_TellsHowLateTheRoundWasCounted()
    {
        await using var engine = new EngineHarness();
        var goOn = new TaskCompletionSource();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));
        engine.Source.OnMeasure = (_, cancellation) => goOn.Task.WaitAsync(cancellation);
        await engine.StartAsync();
        engine.Time.Advance(Cadence.After(Checkout, engine.Time.GetUtcNow(), Interval) - engine.Time.GetUtcNow());
        await engine.Journal.WaitForAsync("measuring checkout");

        engine.Time.Advance(TimeSpan.FromSeconds(3));
        goOn.SetResult();
        await engine.Journal.WaitForAsync("evidence checkout Running Stored");
        await engine.IdleAsync();

        var text = await engine.MetricsAsync();
        Assert.Contains("canary_measurement_delay_seconds_sum{until=\"started\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("canary_measurement_delay_seconds_sum{until=\"counted\"} 3\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_RoundTakesLong_NeverStartsASecondOne()
    {
        await using var engine = new EngineHarness();
        var goOn = new TaskCompletionSource();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));
        engine.Source.OnMeasure = (_, cancellation) => goOn.Task.WaitAsync(cancellation);
        await engine.StartAsync();
        engine.Time.Advance(Interval);
        await engine.Journal.WaitForAsync("measuring checkout");

        engine.Time.Advance(TimeSpan.FromSeconds(9));
        goOn.SetResult();
        await engine.Journal.WaitForAsync("measured checkout");
        await engine.IdleAsync();

        Assert.Equal(1, engine.Journal.Count("measuring checkout"));
    }

    [Theory]
    [InlineData(60, 10)]
    [InlineData(2, 4)]
    public async Task Follow_SourceHangs_EndsTheRoundInTimeAndTellsEveryPodsFailure(int interval, int limit)
    {
        await using var engine = new EngineHarness();
        Measurement? judged = null;
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot, TimeSpan.FromSeconds(interval)));
        engine.Source.OnMeasure = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        engine.Judge = (snapshot, measurement, _) =>
        {
            judged = measurement ?? judged;
            return (snapshot.Analysis!.State, Verdict.None);
        };
        await engine.StartAsync();
        engine.Time.Advance(TimeSpan.FromSeconds(interval));
        await engine.Journal.WaitForAsync("measuring checkout");

        engine.Time.Advance(TimeSpan.FromSeconds(limit - 0.001));
        Assert.Equal(0, engine.Logs.Count("RoundFailed"));
        engine.Time.Advance(TimeSpan.FromSeconds(0.001));
        await engine.Journal.WaitForAsync("evidence checkout Running Stored");

        Assert.Equal($"the round took longer than {limit} s", Assert.Single(judged!.Pods).Failure);
    }

    [Fact]
    public async Task Follow_SourceBreaks_TellsItAndMeasuresAgain()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));
        engine.Source.OnMeasure = (_, _) => throw new InvalidOperationException("broken");
        await engine.StartAsync();
        engine.Time.Advance(Interval);
        await engine.Journal.WaitForAsync("evidence checkout Running Stored");

        engine.Source.OnMeasure = (_, _) => Task.CompletedTask;
        engine.Time.Advance(Interval);

        await engine.Journal.WaitForAsync("measured checkout");
    }

    [Fact]
    public async Task Follow_AnalysisEnds_CancelsTheRoundAndMeasuresNoMore()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));
        engine.Source.OnMeasure = async (_, cancellation) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            catch (OperationCanceledException)
            {
                engine.Journal.Add("cancelled");
                throw;
            }
        };
        await engine.StartAsync();
        engine.Time.Advance(Interval);
        await engine.Journal.WaitForAsync("measuring checkout");

        engine.Store.Put(Checkout, snapshot => snapshot with { Analysis = null });
        engine.Store.Raise(Checkout);
        await engine.Journal.WaitForAsync("cancelled");
        await engine.IdleAsync();
        engine.Time.Advance(Interval * 3);
        await engine.StopAsync();

        Assert.Equal(1, engine.Journal.Count("measuring checkout"));
        Assert.Null(engine.Mailbox.Take(Checkout, "run-1"));
    }

    [Fact]
    public async Task Follow_AgainWhileAnOldRoundEnds_WaitsForIt()
    {
        await using var engine = new EngineHarness();
        var stubborn = new TaskCompletionSource();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));
        engine.Source.OnMeasure = (_, _) => stubborn.Task;
        var runner = engine.Get<MeasurementRunner>();
        var analysis = engine.Store.Observe(Checkout, engine.Time.GetUtcNow())!.Analysis;
        runner.Follow(Checkout, analysis);
        engine.Time.Advance(Interval);
        await engine.Journal.WaitForAsync("measuring checkout");

        runner.Leave(Checkout);
        runner.Follow(Checkout, analysis);
        engine.Time.Advance(Interval * 2);
        Assert.Equal(1, engine.Journal.Count("measuring checkout"));
        stubborn.SetResult();

        await engine.Journal.WaitForAsync("measuring checkout", times: 2);
        await runner.StopAsync();
    }

    [Fact]
    public async Task Follow_MoreRolloutsThanSlots_NeverMeasuresMoreAtOnce()
    {
        await using var engine = new EngineHarness(options => options.ConcurrentMeasurements = 2);
        var gate = new SemaphoreSlim(0);
        var inside = 0;
        var most = 0;
        engine.Source.OnMeasure = async (_, cancellation) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref inside));
            engine.Journal.Add("in");
            await gate.WaitAsync(cancellation);
            Interlocked.Decrement(ref inside);
        };
        for (var each = 0; each < 6; each++)
        {
            engine.Store.Put(new RolloutKey("shop", $"r{each}"), snapshot => WithAnalysis(snapshot));
        }

        await engine.StartAsync();
        engine.Time.Advance(Interval);
        await engine.Journal.WaitForAsync("in", times: 2);
        Assert.Equal(2, engine.Journal.Count("in"));
        gate.Release(6);
        await engine.Journal.WaitForAsync("in", times: 6);

        Assert.Equal(2, most);
    }

    [Fact]
    public async Task Follow_LeadershipLost_MeasuresNoMore()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));
        await engine.StartAsync();

        engine.Leadership.Set(false);
        engine.Time.Advance(Interval * 3);
        await engine.StopAsync();

        Assert.Equal(0, engine.Journal.Count("measuring checkout"));
    }

    [Fact]
    public async Task Follow_IntervalChanges_IsUsedForTheNextRound()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot, TimeSpan.FromMinutes(10)));
        await engine.StartAsync();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot, TimeSpan.FromSeconds(1)));
        engine.Time.Advance(TimeSpan.FromMinutes(10));
        await engine.Journal.WaitForAsync("evidence checkout Running Stored");

        engine.Time.Advance(TimeSpan.FromSeconds(1));

        await engine.Journal.WaitForAsync("evidence checkout Running Stored", times: 2);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}

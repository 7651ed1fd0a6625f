using System.Globalization;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Engine.Tests.Fakes;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Reconciling;

public sealed class ReconcileLoopTests
{
    [Fact]
    public async Task Start_Leading_LooksAtEveryRollout()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Store.Put(Search);

        await engine.StartAsync();

        Assert.Equal(1, engine.Journal.Count("alarm checkout none"));
        Assert.Equal(1, engine.Journal.Count("alarm search none"));
    }

    [Fact]
    public async Task Pass_AboutToBeHandedOver_BeginsNothingUntilItIsLedAnew()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Leadership.Begins = false;
        await engine.StartAsync();
        engine.Store.Raise(Checkout, urgent: true);
        await engine.IdleAsync();
        Assert.Equal(0, engine.Journal.Count("alarm checkout none"));

        engine.Leadership.Begins = true;
        engine.Leadership.Set(true);
        await engine.IdleAsync();

        Assert.Equal(1, engine.Journal.Count("alarm checkout none"));
        Assert.Equal(0, engine.Leadership.Works); // what began has ended
    }

    [Fact]
    public async Task Start_NotLeading_LooksAtNothingUntilItLeads()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Leadership.Set(false);
        await engine.StartAsync();
        engine.Store.Raise(Checkout, urgent: true);
        engine.Alarms.Ring(Checkout);
        await engine.IdleAsync();
        Assert.DoesNotContain("alarm checkout none", engine.Journal.Lines);

        engine.Leadership.Set(true);

        await engine.Journal.WaitForAsync("alarm checkout none");
    }

    [Fact]
    public async Task Changed_RolloutChanges_PassesUntilNothingIsLeftToDo()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        await engine.StartAsync();
        engine.Decide = observation => int.TryParse(observation.Status.Message, CultureInfo.InvariantCulture, out var step) && step == 3
            ? Decide(observation.Status)
            : Decide(observation.Status with { Message = (step + 1).ToString(CultureInfo.InvariantCulture) }, Create);

        engine.Store.Raise(Checkout);
        await engine.IdleAsync();

        Assert.Equal("3", engine.Store.StatusOf(Checkout).Message);
        Assert.Equal(3, engine.Journal.Count("done CreateReplicaSet checkout"));
        Assert.Equal(3, engine.Journal.Count("status checkout Stored"));
    }

    [Fact]
    public async Task Changed_EffectsAreNotSeenYet_LooksAgainEverLater()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Decide = observation => Decide(observation.Status, Create);

        await engine.StartAsync();
        Assert.Equal(2, engine.Journal.Count("done CreateReplicaSet checkout"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(20));
        Assert.Equal(3, engine.Journal.Count("done CreateReplicaSet checkout"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(39));
        Assert.Equal(3, engine.Journal.Count("done CreateReplicaSet checkout"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(1));

        Assert.Equal(4, engine.Journal.Count("done CreateReplicaSet checkout"));
    }

    [Fact]
    public async Task Changed_StatusNeverSettles_IsSlowedDownAndToldOnce()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Decide = observation => Decide(observation.Status with { ObservedGeneration = observation.Status.ObservedGeneration + 1 });

        await engine.StartAsync();
        Assert.Equal(21, engine.Journal.Count("status checkout Stored"));
        engine.Store.Raise(Checkout);
        await engine.IdleAsync();
        Assert.Equal(21, engine.Journal.Count("status checkout Stored"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(200));
        Assert.Equal(22, engine.Journal.Count("status checkout Stored"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(400));

        Assert.Equal(23, engine.Journal.Count("status checkout Stored"));
        Assert.Equal(1, engine.Logs.Count("RanHot"));
    }

    [Fact]
    public async Task Changed_CommandDuringAHold_DoesNotWait()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Decide = observation => Decide(observation.Status with { ObservedGeneration = observation.Status.ObservedGeneration + 1 });
        await engine.StartAsync();

        engine.Store.Put(Checkout, snapshot => WithCommand(snapshot, "abort"));
        engine.Store.Raise(Checkout, urgent: true);
        await engine.IdleAsync();

        Assert.Equal(22, engine.Journal.Count("status checkout Stored"));
    }

    [Fact]
    public async Task Command_PassOfTheSameRolloutIsStuck_OvertakesItInTheSameInstant()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Decide = observation => observation.Command is null ? Once(observation, "forward", Create, Raise) : Once(observation, "back", Lower);
        engine.Applier.OnApply = (_, effect, cancellation) => effect is Effect.CreateReplicaSet ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;
        await engine.StartAsync(idle: false);
        await engine.Journal.WaitForAsync("apply CreateReplicaSet checkout");
        var before = engine.Time.GetUtcNow();

        engine.Store.Put(Checkout, snapshot => WithCommand(snapshot, "abort"));
        engine.Store.Raise(Checkout, urgent: true);
        await engine.Journal.WaitForAsync("done SetWeight checkout");
        await engine.IdleAsync();

        Assert.Equal(before, engine.Time.GetUtcNow());
        Assert.Equal("back", engine.Store.StatusOf(Checkout).Message);
        Assert.Equal(1, engine.Journal.Count("apply SetWeight checkout"));
    }

    [Fact]
    public async Task Command_EveryWorkerIsStuckInOtherRollouts_IsServedByTheReservedOne()
    {
        await using var engine = new EngineHarness(options => options.Workers = 2);
        var others = Enumerable.Range(0, 3).Select(each => new RolloutKey("shop", $"slow{each}")).ToList();
        others.ForEach(key => engine.Store.Put(key));
        engine.Decide = observation => observation.Key == Checkout ? Once(observation, "back", Lower) : Decide(observation.Status, Create);
        engine.Applier.OnApply = (key, _, cancellation) =>
        {
            if (key == Checkout)
            {
                return Task.CompletedTask;
            }

            engine.Journal.Add("stuck");
            return Task.Delay(Timeout.Infinite, cancellation);
        };
        await engine.StartAsync(idle: false);
        await engine.Journal.WaitForAsync("stuck", times: 2);

        engine.Store.Put(Checkout);
        engine.Store.Raise(Checkout, urgent: true);

        await engine.Journal.WaitForAsync("done SetWeight checkout");
        Assert.Equal(2, engine.Journal.Count("stuck"));
        engine.Leadership.Set(false); // lets the others go
    }

    [Fact]
    public async Task Command_EchoOfOneThatIsBeingCarriedOut_DoesNotCancelIt()
    {
        await using var engine = new EngineHarness();
        var goOn = new TaskCompletionSource();
        engine.Store.Put(Checkout, snapshot => WithCommand(snapshot, "retry"));
        engine.Decide = observation => Once(observation, "again", Create);
        engine.Applier.OnApply = (_, _, cancellation) => goOn.Task.WaitAsync(cancellation);
        await engine.StartAsync(idle: false);
        await engine.Journal.WaitForAsync("apply CreateReplicaSet checkout");

        engine.Store.Raise(Checkout, urgent: true);
        goOn.SetResult();
        await engine.IdleAsync();

        Assert.Contains("done CreateReplicaSet checkout", engine.Journal.Lines);
    }

    [Fact]
    public async Task Command_AnnouncerBlocks_IsNotDelayed()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Announcer.OnAnnounce = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        engine.Decide = observation => Once(observation, observation.Command?.Raw ?? "forward", observation.Command is null ? Raise : Lower)
            with { Announcements = [new Announcement("Told", "something")] };
        await engine.StartAsync();
        await engine.Journal.WaitForAsync("announcing Told");

        engine.Store.Put(Checkout, snapshot => WithCommand(snapshot, "abort"));
        engine.Store.Raise(Checkout, urgent: true);
        await engine.Journal.WaitForAsync("done SetWeight checkout", times: 2);
        await engine.IdleAsync();

        Assert.Equal("abort", engine.Store.StatusOf(Checkout).Message);
        Assert.DoesNotContain("announced Told", engine.Journal.Lines);
    }

    [Fact]
    public async Task Command_MeasurementHangs_IsNotDelayed()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));
        engine.Source.OnMeasure = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        engine.Decide = observation => observation.Command is null ? Decide(observation.Status) : Once(observation, "back", Lower);
        await engine.StartAsync();
        engine.Time.Advance(TimeSpan.FromSeconds(5));
        await engine.Journal.WaitForAsync("measuring checkout");

        engine.Store.Put(Checkout, snapshot => WithCommand(snapshot, "abort"));
        engine.Store.Raise(Checkout, urgent: true);
        await engine.IdleAsync();

        Assert.Equal("back", engine.Store.StatusOf(Checkout).Message);
        Assert.Contains("done SetWeight checkout", engine.Journal.Lines);
    }

    [Fact]
    public async Task LostRace_Again_LooksAgainSoonAndEverLater()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Store.OnStatus = _ => StoreResult.LostRace;
        engine.Decide = observation => Decide(observation.Status, Create);
        await engine.StartAsync();

        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(20));
        Assert.Equal(2, engine.Journal.Count("status checkout LostRace"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(20));
        Assert.Equal(2, engine.Journal.Count("status checkout LostRace"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(20));

        Assert.Equal(3, engine.Journal.Count("status checkout LostRace"));
    }

    [Fact]
    public async Task Failed_EffectAsksForATime_IsTriedAgainThen()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Decide = observation => Decide(observation.Status, Create);
        engine.Applier.OnApply = (_, _, _) => throw new EffectFailedException("quota", TimeSpan.FromSeconds(30));
        await engine.StartAsync();

        await AdvanceAsync(engine, TimeSpan.FromSeconds(29));
        Assert.Equal(1, engine.Journal.Count("apply CreateReplicaSet checkout"));
        await AdvanceAsync(engine, TimeSpan.FromSeconds(1));

        Assert.Equal(2, engine.Journal.Count("apply CreateReplicaSet checkout"));
    }

    [Fact]
    public async Task Failed_EffectFailsAlways_BacksOffEverLonger()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Decide = observation => Decide(observation.Status, Create);
        engine.Applier.OnApply = (_, _, _) => throw new EffectFailedException("quota");
        await engine.StartAsync();

        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(200));
        Assert.Equal(2, engine.Journal.Count("apply CreateReplicaSet checkout"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(200));
        Assert.Equal(2, engine.Journal.Count("apply CreateReplicaSet checkout"));
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(200));

        Assert.Equal(3, engine.Journal.Count("apply CreateReplicaSet checkout"));
    }

    [Fact]
    public async Task Failed_RulesBreakForOneRollout_OthersGoOnAndItIsTriedAgain()
    {
        await using var engine = new EngineHarness(options => options.Workers = 1);
        engine.Store.Put(Checkout);
        engine.Store.Put(Search);
        var broken = true;
        engine.Decide = observation => broken && observation.Key == Checkout ? throw new InvalidOperationException("rule") : Decide(observation.Status);
        await engine.StartAsync();
        Assert.Contains("alarm search none", engine.Journal.Lines);
        Assert.Equal(1, engine.Logs.Count("PassBroke"));

        broken = false;
        await AdvanceAsync(engine, TimeSpan.FromMilliseconds(200));

        Assert.Contains("alarm checkout none", engine.Journal.Lines);
    }

    [Fact]
    public async Task Rang_AlarmGoesOff_LooksAgain()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        await engine.StartAsync();

        engine.Alarms.Ring(Checkout);

        await engine.Journal.WaitForAsync("alarm checkout none", times: 2);
    }

    [Fact]
    public async Task Leadership_LostInAnEffect_CancelsItAndForgetsTheRollout()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        engine.Decide = observation => Once(observation, "go", Lower, Create);
        engine.Applier.OnApply = (_, _, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        await engine.StartAsync(idle: false);
        await engine.Journal.WaitForAsync("apply SetWeight checkout");

        engine.Leadership.Set(false);
        await engine.IdleAsync();

        Assert.DoesNotContain("apply CreateReplicaSet checkout", engine.Journal.Lines);
        Assert.DoesNotContain("canary_rollout_weight_percent{", await engine.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resync_NothingHappens_LooksAtEveryRolloutInTheEnd()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        await engine.StartAsync();
        var seen = engine.Journal.WaitForAsync("alarm checkout none", times: 2);

        for (var minute = 0; minute < 60 && !seen.IsCompleted; minute++)
        {
            await AdvanceAsync(engine, TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        await seen;
    }

    [Fact]
    public async Task Gone_RolloutDeleted_RemovesItsSeries()
    {
        await using var engine = new EngineHarness();
        engine.Store.Put(Checkout);
        await engine.StartAsync();
        Assert.Contains("canary_rollout_weight_percent{namespace=\"shop\",name=\"checkout\"}", await engine.MetricsAsync(), StringComparison.Ordinal);

        engine.Store.Remove(Checkout);
        engine.Store.Raise(Checkout);
        await engine.IdleAsync();

        Assert.DoesNotContain("name=\"checkout\"", await engine.MetricsAsync(), StringComparison.Ordinal);
        Assert.Contains("alarm checkout none", engine.Journal.Lines);
    }

    [Fact]
    public async Task Stop_PassUnderWay_LetsItFinish()
    {
        await using var engine = new EngineHarness();
        var goOn = new TaskCompletionSource();
        engine.Store.Put(Checkout);
        engine.Decide = observation => Once(observation, "go", Create, Raise);
        engine.Applier.OnApply = (_, _, cancellation) => goOn.Task.WaitAsync(cancellation);
        await engine.StartAsync(idle: false);
        await engine.Journal.WaitForAsync("apply CreateReplicaSet checkout");

        var stopping = engine.StopAsync();
        Assert.False(stopping.IsCompleted);
        goOn.SetResult();
        await stopping;

        Assert.Contains("done SetWeight checkout", engine.Journal.Lines);
        Assert.Equal(1, engine.Journal.Count("status checkout Stored"));
        Assert.Equal(0, engine.Logs.Count("StoppedHard"));
    }

    [Fact]
    public async Task Stop_PassHangs_IsCancelledAfterTheTimeout()
    {
        await using var engine = new EngineHarness(options => options.EffectTimeout = TimeSpan.FromMinutes(5));
        engine.Store.Put(Checkout);
        engine.Decide = observation => Once(observation, "go", Create, Raise);
        engine.Applier.OnApply = (_, _, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        await engine.StartAsync(idle: false);
        await engine.Journal.WaitForAsync("apply CreateReplicaSet checkout");

        var stopping = engine.StopAsync();
        for (var second = 0; second < 1000 && !stopping.IsCompleted; second++)
        {
            engine.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
        Assert.Equal(1, engine.Logs.Count("StoppedHard"));
        Assert.DoesNotContain("apply SetWeight checkout", engine.Journal.Lines);
    }

    private static async Task AdvanceAsync(EngineHarness engine, TimeSpan time)
    {
        engine.Time.Advance(time);
        await engine.IdleAsync();
    }
}

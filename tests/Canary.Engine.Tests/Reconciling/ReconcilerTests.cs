using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Measuring;
using Canary.Engine.Ports;
using Canary.Engine.Queueing;
using Canary.Engine.Reconciling;
using Canary.Engine.Tests.Fakes;
using Microsoft.Extensions.Logging;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Reconciling;

public sealed class ReconcilerTests : IAsyncLifetime
{
    private readonly EngineHarness _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _engine.Store.Put(Checkout);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Pass_DecisionWithEffects_RemembersBeforeItActsInOrder()
    {
        _engine.Decide = observation => Once(observation, "go", Lower, Create);

        var pass = await PassAsync();

        Assert.Equal(PassEnd.Changed, pass.End);
        Assert.True(pass.Advanced);
        Assert.Equal(
            [
                "status checkout Stored",
                "apply SetWeight checkout", "done SetWeight checkout",
                "apply CreateReplicaSet checkout", "done CreateReplicaSet checkout",
                "alarm checkout none",
            ],
            Events());
        Assert.Equal("go", _engine.Store.StatusOf(Checkout).Message);
    }

    [Fact]
    public async Task Pass_NothingToDo_CostsNoRequest()
    {
        var pass = await PassAsync();

        Assert.Equal(PassEnd.Settled, pass.End);
        Assert.Equal(["alarm checkout none"], Events());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pass_Decided_IsToldAsInformationOnlyWhenSomethingChanged(bool changes)
    {
        _engine.Decide = observation => changes ? Once(observation, "go") : Decide(observation.Status);

        await PassAsync();

        var told = Assert.Single(_engine.Logs.Events, each => each.Event is "Decided" or "LeftAlone");
        Assert.Equal(changes ? LogLevel.Information : LogLevel.Debug, told.Level);
        Assert.Contains("shop/checkout", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pass_LostRace_TouchesNothing()
    {
        _engine.Store.OnStatus = _ => StoreResult.LostRace;
        _engine.Decide = observation => Decide(observation.Status, Lower, Create) with { Announcements = [new Announcement("Started", "it did")] };

        var pass = await PassAsync();

        Assert.Equal(PassEnd.LostRace, pass.End);
        Assert.Equal(["status checkout LostRace"], Events());
        Assert.Contains("canary_status_conflicts_total 1", await _engine.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pass_StatusNotStored_AppliesOnlyWhatLowersExposure()
    {
        _engine.Store.OnStatus = _ => StoreResult.Failed;
        _engine.Decide = observation => Once(observation, "go", Create, Lower, Raise);

        var pass = await PassAsync();

        Assert.Equal(PassEnd.Failed, pass.End);
        Assert.False(pass.Advanced);
        Assert.Equal(["status checkout Failed", "apply SetWeight checkout", "done SetWeight checkout"], Events());
    }

    [Fact]
    public async Task Pass_StoreThrows_AppliesOnlyWhatLowersExposure()
    {
        _engine.Store.BeforeStatus = (_, _) => throw new InvalidOperationException("no connection");
        _engine.Decide = observation => Once(observation, "go", Create, Lower);

        var pass = await PassAsync();

        Assert.Equal(PassEnd.Failed, pass.End);
        Assert.Equal(["apply SetWeight checkout", "done SetWeight checkout"], Events());
    }

    [Fact]
    public async Task Pass_StoreHangs_LowersExposureAfterTheTimeout()
    {
        var hangs = new TaskCompletionSource();
        _engine.Store.BeforeStatus = (_, cancellation) =>
        {
            hangs.SetResult();
            return Task.Delay(Timeout.Infinite, cancellation);
        };
        _engine.Decide = observation => Once(observation, "go", Lower);

        var pass = PassAsync();
        await hangs.Task;
        _engine.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(PassEnd.Failed, (await pass).End);
        Assert.Contains("done SetWeight checkout", Events());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pass_RolloutGone_TouchesNothing(bool beforeItIsRead)
    {
        _engine.Decide = observation => Decide(observation.Status, Lower);
        if (beforeItIsRead)
        {
            _engine.Store.Remove(Checkout);
        }
        else
        {
            _engine.Store.OnStatus = _ => StoreResult.Gone;
        }

        var pass = await PassAsync();

        Assert.Equal(PassEnd.Gone, pass.End);
        Assert.DoesNotContain("apply SetWeight checkout", Events());
    }

    [Fact]
    public async Task Pass_OneEffectFails_OthersFollowButNotThoseOfItsGroup()
    {
        _engine.Decide = observation => Decide(observation.Status, Create, new Effect.ScaleReplicaSet("two", 3), new Effect.ClearCommand("x"), Lower);
        _engine.Applier.OnApply = (_, effect, _) => effect is Effect.CreateReplicaSet ? throw new EffectFailedException("quota") : Task.CompletedTask;

        var pass = await PassAsync();

        Assert.Equal(PassEnd.Failed, pass.End);
        Assert.Null(pass.RetryAfter);
        Assert.Equal(
            ["apply CreateReplicaSet checkout", "apply ClearCommand checkout", "done ClearCommand checkout", "apply SetWeight checkout", "done SetWeight checkout"],
            Events().Where(line => line.Contains(' ') && !line.StartsWith("status", StringComparison.Ordinal) && !line.StartsWith("alarm", StringComparison.Ordinal)));
        Assert.Contains("canary_effects_total{effect=\"ScaleReplicaSet\",result=\"skipped\"} 1", await _engine.MetricsAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StoreResult.Stored)]
    [InlineData(StoreResult.Failed)]
    public async Task Pass_EffectsFailForWantOfPeople_TellsThemOnce(StoreResult stored)
    {
        _engine.Store.OnStatus = _ => stored == StoreResult.Stored ? null : stored;
        _engine.Decide = observation => Decide(observation.Status, Lower, Lower, new Effect.ClearCommand("x"));
        _engine.Applier.OnApply = (_, effect, _) => effect is Effect.SetWeight ? throw new EffectFailedException("no") { News = new Announcement("MissingRight", "ask for it", Warning: true) } : Task.CompletedTask;
        await _engine.StartAsync();
        await _engine.Journal.WaitForAsync("announced MissingRight");
        await _engine.StopAsync();

        Assert.Single(Events(), line => line == "announcing MissingRight");
    }

    [Fact]
    public async Task Pass_EffectsFail_KeepsTheShortestRetry()
    {
        _engine.Decide = observation => Decide(observation.Status, Create, new Effect.ClearCommand("x"), new Effect.DeleteAnalysis("old"));
        _engine.Applier.OnApply = (_, effect, _) => throw new EffectFailedException("no", effect switch
        {
            Effect.CreateReplicaSet => TimeSpan.FromSeconds(5),
            Effect.ClearCommand => TimeSpan.FromSeconds(2),
            _ => null,
        });

        Assert.Equal(TimeSpan.FromSeconds(2), (await PassAsync()).RetryAfter);
    }

    [Fact]
    public async Task Pass_EffectBreaksItsPromise_IsAFailureAndOthersFollow()
    {
        _engine.Decide = observation => Decide(observation.Status, Create, new Effect.ClearCommand("x"));
        _engine.Applier.OnApply = (_, effect, _) => effect is Effect.CreateReplicaSet ? throw new InvalidCastException() : Task.CompletedTask;

        Assert.Equal(PassEnd.Failed, (await PassAsync()).End);
        Assert.Contains("done ClearCommand checkout", Events());
        Assert.Equal(1, _engine.Logs.Count("EffectBroke"));
    }

    [Fact]
    public async Task Pass_EffectHangs_EndsAfterItsTimeout()
    {
        _engine.Decide = observation => Decide(observation.Status, Create, new Effect.ClearCommand("x"));
        _engine.Applier.OnApply = (_, effect, cancellation) => effect is Effect.CreateReplicaSet ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;

        var pass = PassAsync();
        await _engine.Journal.WaitForAsync("apply CreateReplicaSet checkout");
        _engine.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(PassEnd.Failed, (await pass).End);
        Assert.Contains("done ClearCommand checkout", Events());
    }

    [Fact]
    public async Task Pass_OvertakenInAnEffect_StopsThereAndStillAnnounces()
    {
        _engine.Decide = observation => Once(observation, "go", Create, Raise) with { Announcements = [new Announcement("Started", "it did")] };
        _engine.Applier.OnApply = (_, _, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        await _engine.StartAsync(idle: false);
        await _engine.Journal.WaitForAsync("apply CreateReplicaSet checkout");

        _engine.Store.Raise(Checkout, urgent: true);

        await _engine.Journal.WaitForAsync("announced Started");
        await _engine.IdleAsync();
        Assert.DoesNotContain("apply SetWeight checkout", Events());
    }

    [Fact]
    public async Task Pass_OvertakenWhileItLowersExposure_FinishesThatFirst()
    {
        using var item = new WorkItem(Checkout, urgent: false);
        var goOn = new TaskCompletionSource();
        _engine.Decide = observation => Decide(observation.Status, Lower, Create);
        _engine.Applier.OnApply = (_, _, cancellation) => goOn.Task.WaitAsync(cancellation);
        var pass = PassAsync(item);
        await _engine.Journal.WaitForAsync("apply SetWeight checkout");

        item.Overtake();
        Assert.False(pass.IsCompleted);
        goOn.SetResult();

        Assert.Equal(PassEnd.Overtaken, (await pass).End);
        Assert.Contains("done SetWeight checkout", Events());
        Assert.DoesNotContain("apply CreateReplicaSet checkout", Events());
    }

    [Fact]
    public async Task Pass_OvertakenWhileItStoresTheStatus_TouchesNothing()
    {
        using var item = new WorkItem(Checkout, urgent: false);
        var storing = new TaskCompletionSource();
        _engine.Decide = observation => Decide(observation.Status, Lower);
        _engine.Store.BeforeStatus = (_, cancellation) =>
        {
            storing.SetResult();
            return Task.Delay(Timeout.Infinite, cancellation);
        };
        var pass = PassAsync(item);
        await storing.Task;

        item.Overtake();

        Assert.Equal(PassEnd.Overtaken, (await pass).End);
        Assert.Empty(Events());
    }

    [Fact]
    public async Task Pass_NotLeading_ReadsAndTouchesNothing()
    {
        _engine.Leadership.Rule = _ => false;
        _engine.Decide = _ => throw new InvalidOperationException("decided without leading");

        Assert.Equal(PassEnd.Stopped, (await PassAsync()).End);
        Assert.Empty(Events());
    }

    [Fact]
    public async Task Pass_LeadershipLostBetweenEffects_StopsEvenWhatLowersExposure()
    {
        _engine.Decide = observation => Decide(observation.Status, Create, Lower);
        _engine.Applier.OnApply = (_, _, _) =>
        {
            _engine.Leadership.Rule = _ => false;
            return Task.CompletedTask;
        };

        Assert.Equal(PassEnd.Stopped, (await PassAsync()).End);
        Assert.DoesNotContain("apply SetWeight checkout", Events());
    }

    [Fact]
    public async Task Pass_LeadershipLostWhileDeciding_StoresNothing()
    {
        _engine.Decide = observation =>
        {
            _engine.Leadership.Rule = _ => false;
            return Decide(observation.Status, Lower);
        };

        Assert.Equal(PassEnd.Stopped, (await PassAsync()).End);
        Assert.Empty(Events());
    }

    [Fact]
    public async Task Pass_RoundWaits_JudgesItOnceAndStoresTheEvidenceAfterTheStatus()
    {
        Verdict? seen = null;
        PutAnalysis();
        _engine.Judge = (snapshot, measurement, _) => (snapshot.Analysis!.State, Verdict.None with { Reason = measurement is null ? "old" : "new" });
        _engine.Decide = observation =>
        {
            seen = observation.Verdict;
            return Decide(observation.Status, Raise);
        };
        _engine.Mailbox.Post(Checkout, new MeasurementMailbox.Letter("run-1", Round(_engine.Time.GetUtcNow(), []), _engine.Time.GetUtcNow()));

        await PassAsync();
        Assert.Equal("new", seen!.Reason);
        Assert.Equal(["status checkout Stored", "apply SetWeight checkout", "done SetWeight checkout", "evidence checkout Running Stored", "alarm checkout none"], Events());

        await PassAsync();
        Assert.Equal("old", seen!.Reason);
        Assert.Equal(1, _engine.Journal.Count("evidence checkout Running Stored"));
    }

    [Fact]
    public async Task Pass_CachesDoNotShowTheEvidenceYet_JudgesByWhatWasStored()
    {
        var counted = AnalysisState.Empty with { RoundAt = _engine.Time.GetUtcNow() };
        var judged = new List<AnalysisState>();
        PutAnalysis();
        _engine.Judge = (snapshot, measurement, _) =>
        {
            judged.Add(snapshot.Analysis!.State);
            return (measurement is null ? snapshot.Analysis.State : counted, Verdict.None);
        };
        _engine.Mailbox.Post(Checkout, new MeasurementMailbox.Letter("run-1", Round(_engine.Time.GetUtcNow(), []), _engine.Time.GetUtcNow()));
        await PassAsync();

        await PassAsync();
        _engine.Store.Put(Checkout, snapshot => snapshot with { Analysis = snapshot.Analysis! with { Version = "2" } });
        await PassAsync();

        Assert.Equal([AnalysisState.Empty, counted, AnalysisState.Empty], judged);
    }

    [Fact]
    public async Task Pass_EvidenceWasNotStored_JudgesByWhatIsThere()
    {
        var judged = new List<AnalysisState>();
        PutAnalysis();
        _engine.Store.OnEvidence = _ => StoreResult.LostRace;
        _engine.Judge = (snapshot, _, at) =>
        {
            judged.Add(snapshot.Analysis!.State);
            return (AnalysisState.Empty with { RoundAt = at }, Verdict.None);
        };
        _engine.Mailbox.Post(Checkout, new MeasurementMailbox.Letter("run-1", Round(_engine.Time.GetUtcNow(), []), _engine.Time.GetUtcNow()));

        await PassAsync();
        await PassAsync();

        Assert.Equal([AnalysisState.Empty, AnalysisState.Empty], judged);
    }

    [Fact]
    public async Task Pass_RoundAndEndOfItsAnalysis_StoresTheEvidenceAfterTrafficAndBeforeTheEnd()
    {
        PutAnalysis();
        _engine.Decide = observation => Decide(observation.Status, Lower, new Effect.FinishAnalysis("run-1", Outcome.RolledBack, "worse"));
        _engine.Mailbox.Post(Checkout, new MeasurementMailbox.Letter("run-1", Round(_engine.Time.GetUtcNow(), []), _engine.Time.GetUtcNow()));

        await PassAsync();

        Assert.Equal(
            ["done SetWeight checkout", "evidence checkout Running Stored", "apply FinishAnalysis checkout"],
            Events().Where(line => line.StartsWith("done SetWeight", StringComparison.Ordinal) || line.StartsWith("evidence", StringComparison.Ordinal) || line.StartsWith("apply Finish", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Pass_RoundOfAnotherAnalysis_IsNotCounted()
    {
        PutAnalysis();
        Measurement? judged = null;
        _engine.Judge = (snapshot, measurement, _) =>
        {
            judged = measurement;
            return (snapshot.Analysis!.State, Verdict.None);
        };
        _engine.Mailbox.Post(Checkout, new MeasurementMailbox.Letter("run-0", Round(_engine.Time.GetUtcNow(), []), _engine.Time.GetUtcNow()));

        await PassAsync();

        Assert.Null(judged);
        Assert.DoesNotContain("evidence checkout Running Stored", Events());
    }

    [Fact]
    public async Task Pass_LostRaceWithARound_KeepsTheRoundForTheNextPass()
    {
        PutAnalysis();
        _engine.Store.OnStatus = _ => StoreResult.LostRace;
        _engine.Mailbox.Post(Checkout, new MeasurementMailbox.Letter("run-1", Round(_engine.Time.GetUtcNow(), []), _engine.Time.GetUtcNow()));
        await PassAsync();

        _engine.Store.OnStatus = _ => null;
        await PassAsync();

        Assert.Equal(1, _engine.Journal.Count("evidence checkout Running Stored"));
    }

    [Fact]
    public async Task Pass_JudgeBreaks_DecidesOnAnUnknownVerdict()
    {
        PutAnalysis();
        Verdict? seen = null;
        _engine.Judge = (_, _, _) => throw new ArithmeticException("overflow");
        _engine.Decide = observation =>
        {
            seen = observation.Verdict;
            return Decide(observation.Status, Lower);
        };

        var pass = await PassAsync();

        Assert.Equal(VerdictState.Unknown, seen!.State);
        Assert.Contains("overflow", seen.Reason, StringComparison.Ordinal);
        Assert.Equal(PassEnd.Changed, pass.End);
        Assert.Contains("done SetWeight checkout", Events());
    }

    [Fact]
    public async Task Pass_NothingAnalysed_DecidesWithoutAVerdict()
    {
        Verdict? seen = Verdict.None;
        _engine.Decide = observation =>
        {
            seen = observation.Verdict;
            return Decide(observation.Status);
        };

        await PassAsync();

        Assert.Null(seen);
    }

    [Fact]
    public async Task Pass_RulesBreak_TouchesNothingAndKeepsTheRound()
    {
        PutAnalysis();
        var round = Round(_engine.Time.GetUtcNow(), []);
        _engine.Decide = _ => throw new InvalidOperationException("rule");
        _engine.Mailbox.Post(Checkout, new MeasurementMailbox.Letter("run-1", round, _engine.Time.GetUtcNow()));

        await Assert.ThrowsAsync<InvalidOperationException>(() => PassAsync());

        Assert.Empty(Events());
        Assert.Same(round, _engine.Mailbox.Take(Checkout, "run-1")?.Measurement);
    }

    [Fact]
    public async Task Pass_DueLater_SetsTheAlarm()
    {
        var due = _engine.Time.GetUtcNow().AddMinutes(5);
        _engine.Decide = observation => Decide(observation.Status) with { LookAgainAt = due };

        await PassAsync();

        Assert.Contains($"alarm checkout {due.ToUnixTimeMilliseconds()}", Events());
    }

    [Fact]
    public async Task Pass_DueInThePast_SetsTheAlarmAheadSoThatItDoesNotSpin()
    {
        var now = _engine.Time.GetUtcNow();
        _engine.Decide = observation => Decide(observation.Status) with { LookAgainAt = now };

        await PassAsync();

        Assert.Contains($"alarm checkout {now.AddSeconds(1).ToUnixTimeMilliseconds()}", Events());
    }

    [Fact]
    public async Task Pass_AlarmCannotBeSet_Fails()
    {
        _engine.Alarms.OnSet = _ => throw new InvalidOperationException("scheduler is down");

        Assert.Equal(PassEnd.Failed, (await PassAsync()).End);
    }

    private void PutAnalysis() => _engine.Store.Put(Checkout, snapshot => WithAnalysis(snapshot));

    private List<string> Events() => [.. _engine.Journal.Lines.Where(line => !line.StartsWith("log", StringComparison.Ordinal))];

    private async Task<Pass> PassAsync(WorkItem? given = null)
    {
        using var item = new WorkItem(Checkout, urgent: false);
        return await _engine.Get<Reconciler>().PassAsync(given ?? item, _ => { }, Token);
    }
}

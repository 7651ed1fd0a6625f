using Canary.Core;
using Canary.Engine.Queueing;
using Microsoft.Extensions.Time.Testing;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Queueing;

public sealed class WorkQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue _queue;

    public WorkQueueTests() => _queue = new WorkQueue(_time, new BackOff(TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(1), new Random(1)));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void Take_UrgentAddedLater_ComesFirst()
    {
        _queue.Add(Checkout);
        _queue.Add(Search, urgent: true);

        var first = Taken();

        Assert.Equal(Search, first!.Key);
        Assert.True(first.Urgent);
        Assert.Equal(Checkout, Taken()!.Key);
    }

    [Fact]
    public async Task Take_UrgentOnly_WaitsForUrgentWork()
    {
        _queue.Add(Checkout);
        var reserved = _queue.TakeAsync(urgentOnly: true, Token);
        Assert.False(reserved.IsCompleted);

        _queue.Add(Search, urgent: true);

        Assert.Equal(Search, (await reserved)!.Key);
        Assert.Equal(1, _queue.OrdinaryDepth);
    }

    [Fact]
    public async Task Add_UrgentWhileBothKindsWait_GoesToTheReservedWorker()
    {
        var general = _queue.TakeAsync(urgentOnly: false, Token);
        var reserved = _queue.TakeAsync(urgentOnly: true, Token);

        _queue.Add(Checkout, urgent: true);

        Assert.Equal(Checkout, (await reserved)!.Key);
        Assert.False(general.IsCompleted);
    }

    [Fact]
    public void Add_SameKeyTwice_IsHandedOutOnce()
    {
        _queue.Add(Checkout);
        _queue.Add(Checkout);

        Assert.NotNull(Taken());
        Assert.Null(Taken());
    }

    [Fact]
    public void Add_WhileWorkedOn_IsHandedOutAgainAfterwards()
    {
        _queue.Add(Checkout);
        var item = Taken()!;
        _queue.Add(Checkout);
        _queue.Add(Checkout);
        Assert.Null(Taken());

        _queue.Done(item);

        Assert.NotNull(Taken());
        Assert.Null(Taken());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_WhileWorkedOn_OvertakesWhenUrgent(bool urgent)
    {
        _queue.Add(Checkout);
        var item = Taken()!;

        _queue.Add(Checkout, urgent);

        Assert.Equal(urgent, item.Overtaken.IsCancellationRequested);
        Assert.False(item.Interrupted.IsCancellationRequested);
        _queue.Done(item);
        Assert.Equal(urgent, Taken()!.Urgent);
    }

    [Fact]
    public void Add_UrgentWhileItWaitsInTheOrdinaryLane_ChangesLane()
    {
        _queue.Add(Search);
        _queue.Add(Checkout);
        _queue.Add(Checkout, urgent: true);

        Assert.Equal(Checkout, Taken()!.Key);
        Assert.Equal(Search, Taken()!.Key);
        Assert.Null(Taken());
    }

    [Fact]
    public void AddAfter_TwoTimes_TheEarlierCounts()
    {
        _queue.AddAfter(Checkout, TimeSpan.FromSeconds(5));
        _queue.AddAfter(Checkout, TimeSpan.FromSeconds(2));
        _queue.AddAfter(Checkout, TimeSpan.FromSeconds(9));
        Assert.Equal(1, _queue.DelayedDepth);

        _time.Advance(TimeSpan.FromSeconds(1.999));
        Assert.Null(Taken());
        _time.Advance(TimeSpan.FromSeconds(0.001));

        _queue.Done(Taken()!);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Null(Taken());
    }

    [Fact]
    public void AddBackingOff_FailuresInARow_DoublesUpToTheCap()
    {
        var delays = Enumerable.Range(0, 12).Select(_ => _queue.AddBackingOff(Checkout).TotalMilliseconds).ToList();

        for (var failure = 0; failure < delays.Count; failure++)
        {
            var whole = Math.Min(200 * Math.Pow(2, failure), 60_000);
            Assert.InRange(delays[failure], whole * 0.75, whole);
        }

        Assert.NotEqual(delays[10], delays[11]);
    }

    [Fact]
    public void Forget_AfterFailures_StartsTheBackOffAgain()
    {
        _queue.AddBackingOff(Checkout);
        _queue.AddBackingOff(Checkout);

        _queue.Forget(Checkout);

        Assert.InRange(_queue.AddBackingOff(Checkout).TotalMilliseconds, 150, 200);
    }

    [Fact]
    public void Add_DuringBackOff_DoesNotWaitForIt()
    {
        _queue.AddBackingOff(Checkout);

        _queue.Add(Checkout);

        Assert.NotNull(Taken());
    }

    [Fact]
    public void Hold_OrdinaryChange_WaitsForItsEnd()
    {
        _queue.Hold(Checkout, TimeSpan.FromSeconds(1));
        _queue.Add(Checkout);
        _queue.AddAfter(Checkout, TimeSpan.FromMilliseconds(1));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Null(Taken());

        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.NotNull(Taken());
    }

    [Fact]
    public void Hold_UrgentChange_DoesNotWaitAndWhatFollowsIsNotLost()
    {
        _queue.Hold(Checkout, TimeSpan.FromSeconds(1));
        _queue.Add(Checkout, urgent: true);
        var item = Taken()!;
        _queue.Add(Checkout);
        _queue.Done(item);
        Assert.Null(Taken());

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(Taken());
    }

    [Fact]
    public async Task Take_Cancelled_LosesNothing()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var given = _queue.TakeAsync(urgentOnly: false, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        _queue.Add(Checkout);

        Assert.NotNull(Taken());
    }

    [Fact]
    public async Task Complete_WorkersThatWait_GetNull()
    {
        var general = _queue.TakeAsync(urgentOnly: false, Token);
        var reserved = _queue.TakeAsync(urgentOnly: true, Token);

        _queue.Complete();
        _queue.Add(Checkout);

        Assert.Null(await general);
        Assert.Null(await reserved);
        Assert.Null(await _queue.TakeAsync(urgentOnly: false, Token));
    }

    [Fact]
    public async Task WhenIdle_WhileWorkedOn_WaitsForDone()
    {
        _queue.Add(Checkout);
        var item = Taken()!;
        var idle = _queue.WhenIdleAsync(Token);
        Assert.False(idle.IsCompleted);

        _queue.Done(item);

        await idle.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    private WorkItem? Taken()
    {
        using var impatient = new CancellationTokenSource();
        var taking = _queue.TakeAsync(urgentOnly: false, impatient.Token);
        if (!taking.IsCompleted)
        {
            impatient.Cancel();
            return null;
        }

        return taking.GetAwaiter().GetResult();
    }
}

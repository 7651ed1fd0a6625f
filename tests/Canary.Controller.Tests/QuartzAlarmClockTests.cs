using System.Collections.Concurrent;
using Canary.Controller.Scheduling;
using Canary.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Quartz;
using Xunit;

namespace Canary.Controller.Tests;

public sealed class QuartzAlarmClockTests : IAsyncLifetime
{
    private static readonly RolloutKey Checkout = new("shop", "checkout");
    private static readonly RolloutKey Later = new("shop", "later");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<(RolloutKey Key, DateTimeOffset At)> _rang = [];
    private ServiceProvider _services = null!; // set before each test
    private QuartzAlarmClock _clock = null!; // likewise

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddQuartz(quartz =>
        {
            quartz.UseTimeProvider(_time);
            QuartzAlarmClock.AddJob(quartz);
        });
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<QuartzAlarmClock>();
        _services = services.BuildServiceProvider();
        _clock = _services.GetRequiredService<QuartzAlarmClock>();
        _clock.Rang += key => _rang.Enqueue((key, _time.GetUtcNow()));
        var scheduler = await _services.GetRequiredService<ISchedulerFactory>().GetScheduler(Token);
        await scheduler.Start(Token);
    }

    public async ValueTask DisposeAsync()
    {
        var scheduler = await _services.GetRequiredService<ISchedulerFactory>().GetScheduler(CancellationToken.None);
        await scheduler.Shutdown(false, CancellationToken.None);
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task SetAsync_TimeAhead_RingsThenAndOnce()
    {
        var due = _time.GetUtcNow().AddSeconds(10);
        await _clock.SetAsync(Checkout, due, Token);
        await _clock.SetAsync(Later, due.AddSeconds(20), Token);

        await AdvanceUntilRangAsync(Later);

        var rings = _rang.Where(ring => ring.Key == Checkout).ToList();
        Assert.InRange(Assert.Single(rings).At, due, due.AddMinutes(1));
    }

    [Fact]
    public async Task SetAsync_Again_RingsOnceAtTheNewTime()
    {
        var start = _time.GetUtcNow();
        await _clock.SetAsync(Checkout, start.AddSeconds(5), Token);
        await _clock.SetAsync(Checkout, start.AddSeconds(15), Token);
        await _clock.SetAsync(Checkout, start.AddSeconds(15), Token);
        await _clock.SetAsync(Later, start.AddSeconds(30), Token);

        await AdvanceUntilRangAsync(Later);

        var rings = _rang.Where(ring => ring.Key == Checkout).ToList();
        Assert.InRange(Assert.Single(rings).At, start.AddSeconds(15), start.AddMinutes(1));
    }

    [Fact]
    public async Task SetAsync_ToAnEarlierTime_RingsOnceAtTheEarlierTime()
    {
        var start = _time.GetUtcNow();
        await _clock.SetAsync(Checkout, start.AddSeconds(20), Token);
        await _clock.SetAsync(Checkout, start.AddSeconds(5), Token);
        await _clock.SetAsync(Later, start.AddSeconds(30), Token);

        await AdvanceUntilRangAsync(Later);

        var rings = _rang.Where(ring => ring.Key == Checkout).ToList();
        Assert.InRange(Assert.Single(rings).At, start.AddSeconds(5), start.AddSeconds(19));
    }

    [Fact]
    public async Task SetAsync_TimeGoneBy_RingsAtOnce()
    {
        var start = _time.GetUtcNow();
        await _clock.SetAsync(Checkout, start.AddHours(-1), Token);

        await AdvanceUntilRangAsync(Checkout);

        Assert.InRange(_rang.First().At, start, start.AddMinutes(1));
    }

    [Fact]
    public async Task SetAsync_Null_ClearsTheAlarm()
    {
        var start = _time.GetUtcNow();
        await _clock.SetAsync(Checkout, start.AddSeconds(5), Token);
        await _clock.SetAsync(Checkout, null, Token);
        await _clock.SetAsync(Later, start.AddSeconds(15), Token);

        await AdvanceUntilRangAsync(Later);

        Assert.DoesNotContain(_rang, ring => ring.Key == Checkout);
    }

    [Fact]
    public async Task SetAsync_AfterItRang_RingsAgain()
    {
        await _clock.SetAsync(Checkout, _time.GetUtcNow().AddSeconds(2), Token);
        await AdvanceUntilRangAsync(Checkout);
        _rang.Clear();

        await _clock.SetAsync(Checkout, _time.GetUtcNow().AddSeconds(2), Token);
        await AdvanceUntilRangAsync(Checkout);

        Assert.Single(_rang);
    }

    /// <summary>Moves time in small steps, each given to the scheduler's own thread, until a rollout's alarm has rung.</summary>
    private async Task AdvanceUntilRangAsync(RolloutKey key)
    {
        var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _clock.Rang += Ring;
        for (var steps = 0; !rang.Task.IsCompleted && _rang.All(ring => ring.Key != key); steps++)
        {
            Assert.True(steps < 2_000, $"{key} did not ring by {_time.GetUtcNow():HH:mm:ss}");
            await rang.Task.WaitAsync(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }

        _clock.Rang -= Ring;

        void Ring(RolloutKey rung)
        {
            if (rung == key)
            {
                rang.TrySetResult();
            }
        }
    }
}

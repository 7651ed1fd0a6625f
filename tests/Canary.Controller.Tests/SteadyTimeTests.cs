using Canary.Controller.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Controller.Tests;

public sealed class SteadyTimeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SetClock _clock = new();

    [Fact]
    public void GetUtcNow_NobodySetsTheClock_IsTheClock()
    {
        var steady = new SteadyTime(_clock);
        _clock.Advance(TimeSpan.FromMinutes(7));

        Assert.Equal(_clock.GetUtcNow(), steady.GetUtcNow());
    }

    [Theory]
    [InlineData(60, 11)]
    [InlineData(-60, 9)]
    public void GetUtcNow_ClockIsSetByAnHour_GoesATenthFasterOrSlower(int minutes, int expected)
    {
        var steady = new SteadyTime(_clock);
        _clock.Set(TimeSpan.FromMinutes(minutes));
        Assert.Equal(Noon, steady.GetUtcNow());

        _clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(Noon + TimeSpan.FromMinutes(expected), steady.GetUtcNow());
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void GetUtcNow_ClockIsSet_FollowsUntilItAgrees(int minutes)
    {
        var steady = new SteadyTime(_clock);
        _clock.Set(TimeSpan.FromMinutes(minutes));
        var before = steady.GetUtcNow();
        for (var hour = 0; hour < 10; hour++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            Assert.True(steady.GetUtcNow() > before);
            before = steady.GetUtcNow();
        }

        Assert.Equal(_clock.GetUtcNow(), steady.GetUtcNow());
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(_clock.GetUtcNow(), steady.GetUtcNow());
    }

    [Fact]
    public void CreateTimer_ClockIsSet_RingsAfterTheTimeThatGoesBy()
    {
        var steady = new SteadyTime(_clock);
        var rang = 0;
        using var timer = steady.CreateTimer(_ => rang++, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        _clock.Set(TimeSpan.FromHours(1));

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, rang);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, rang);
    }

    /// <summary>A wall clock that can be set, beside a monotonic one that cannot.</summary>
    private sealed class SetClock : TimeProvider
    {
        private readonly FakeTimeProvider _monotonic = new(Noon);
        private TimeSpan _off;

        public override long TimestampFrequency => _monotonic.TimestampFrequency;

        public void Advance(TimeSpan time) => _monotonic.Advance(time);

        public void Set(TimeSpan by) => _off += by;

        public override DateTimeOffset GetUtcNow() => _monotonic.GetUtcNow() + _off;

        public override long GetTimestamp() => _monotonic.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _monotonic.CreateTimer(callback, state, dueTime, period);
    }
}

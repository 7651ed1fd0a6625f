using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Canary.Kubernetes.Tests.Api;

/// <summary>A fake clock that remembers which timers were asked for, so that a test can wait for a pause to begin before it ends it.</summary>
internal sealed class FakeClock : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _timers = new();

    /// <summary>Every timer started so far, by its due time, in order; timers that start later by a change are not among them.</summary>
    public IReadOnlyList<TimeSpan> Timers => [.. _timers];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Enqueue(dueTime);
        return timer;
    }

    /// <summary>Moves the clock in steps until a condition holds; between steps other threads get to work.</summary>
    public Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step) => Eventually.HoldsAsync(condition, () => Advance(step));
}

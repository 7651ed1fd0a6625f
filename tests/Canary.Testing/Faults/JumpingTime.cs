namespace Canary.Testing.Faults;

/// <summary>The machine's clock, whose wall time can be set while its monotonic time and its timers go on. Thread-safe.</summary>
public sealed class JumpingTime : TimeProvider
{
    private long _off;

    /// <summary>How far the wall time is ahead.</summary>
    public TimeSpan Off => TimeSpan.FromTicks(Interlocked.Read(ref _off));

    /// <summary>Sets the wall time.</summary>
    /// <param name="by">How far it goes forward; negative goes back.</param>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _off, by.Ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Off;
}

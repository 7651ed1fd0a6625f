namespace Canary.Controller.Hosting;

/// <summary>
/// A clock that never jumps. It goes by the monotonic clock of the machine; when somebody sets the wall clock it follows at a tenth of the speed, so that no
/// pause, deadline or minimum time of a rollout comes more than a tenth too early or too late for it. It never goes back. Thread-safe.
/// </summary>
/// <param name="clock">The machine's clock.</param>
internal sealed class SteadyTime(TimeProvider clock) : TimeProvider
{
    private const double FastestCorrection = 0.1;

    private readonly Lock _lock = new();
    private DateTimeOffset _now = clock.GetUtcNow();
    private long _at = clock.GetTimestamp();

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            var at = clock.GetTimestamp();
            var gone = clock.GetElapsedTime(_at, at);
            var most = gone * FastestCorrection;
            var off = clock.GetUtcNow() - (_now + gone);
            _at = at;
            return _now += gone + (off > most ? most : off < -most ? -most : off);
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}

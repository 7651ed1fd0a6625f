namespace Canary.Kubernetes.Tests.Leadership;

/// <summary>A machine's clock: it goes faster or slower than true time and shows another hour.</summary>
internal sealed class SkewedClock(Func<TimeSpan> truth, double rate, TimeSpan offset) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (long)(truth().Ticks * rate);

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + offset + (truth() * rate);
}

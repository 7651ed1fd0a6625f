using Canary.Core.Rollouts;

namespace Canary.Engine.Ports;

/// <summary>Changes the world. Every effect is absolute and safe to repeat. Thread-safe.</summary>
public interface IEffectApplier
{
    /// <summary>Applies one effect.</summary>
    /// <param name="snapshot">What was read when it was decided.</param>
    /// <param name="effect">What to do.</param>
    /// <param name="cancellation">Cancels between calls.</param>
    /// <returns>When it was done.</returns>
    /// <exception cref="EffectFailedException">It could not be done; the next pass asks for it again.</exception>
    Task ApplyAsync(Snapshot snapshot, Effect effect, CancellationToken cancellation);
}

/// <summary>An effect could not be done.</summary>
public sealed class EffectFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What could not be done and why.</param>
    /// <param name="retryAfter">When to try again; null leaves it to the back-off. Zero: the world had moved on, look again at once.</param>
    /// <param name="inner">The cause.</param>
    public EffectFailedException(string message, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(message, inner) => RetryAfter = retryAfter;

    /// <summary>When to try again; null leaves it to the back-off.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>What people are to be told, because only they can mend it; null when trying again may help. The same words each time, or it is told as new each time.</summary>
    public Announcement? News { get; init; }
}

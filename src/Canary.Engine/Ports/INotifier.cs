using Canary.Core;
using Canary.Core.Notifications;

namespace Canary.Engine.Ports;

/// <summary>Tells people outside the cluster. Thread-safe.</summary>
public interface INotifier
{
    /// <summary>Tells one notification to one receiver, once; the engine repeats it.</summary>
    /// <param name="order">What to tell whom.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How it went. An exception counts as <see cref="DeliveryResult.Failed"/>.</returns>
    Task<DeliveryResult> DeliverAsync(NotificationOrder order, CancellationToken cancellation);
}

/// <summary>What to tell whom.</summary>
/// <param name="Key">The rollout.</param>
/// <param name="Id">The same for every attempt at this notification, and no other's: the Rollout's uid, a dot and the notification's number.</param>
/// <param name="Notification">What to tell.</param>
/// <param name="Target">Whom.</param>
/// <param name="Handle">The receiver's message about the same rollout, to be updated; null when there is none.</param>
public sealed record NotificationOrder(RolloutKey Key, string Id, Notification Notification, NotificationTarget Target, string? Handle);

/// <summary>How a delivery went.</summary>
public abstract record DeliveryResult
{
    private DeliveryResult()
    {
    }

    /// <summary>The receiver has it.</summary>
    /// <param name="Handle">What the receiver calls the message, to update it later; null when it has no such thing.</param>
    public sealed record Delivered(string? Handle = null) : DeliveryResult;

    /// <summary>It did not work this time.</summary>
    /// <param name="Why">In words, without secrets.</param>
    /// <param name="RetryAfter">When the receiver asked to be tried again; null leaves it to the back-off.</param>
    public sealed record Failed(string Why, TimeSpan? RetryAfter = null) : DeliveryResult;

    /// <summary>The receiver will never take it.</summary>
    /// <param name="Why">In words, without secrets.</param>
    public sealed record Refused(string Why) : DeliveryResult;
}

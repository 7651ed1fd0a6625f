using Canary.Engine.Ports;

namespace Canary.Notifications;

/// <summary>Speaks one service's language. Thread-safe.</summary>
internal interface IReceiverClient
{
    /// <summary>Tells one notification, once.</summary>
    Task<DeliveryResult> TellAsync(Receiver receiver, NotificationOrder order, CancellationToken cancellation);
}

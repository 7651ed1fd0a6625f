using System.Text.Json.Nodes;
using Canary.Engine.Ports;
using Canary.Notifications.Content;

namespace Canary.Notifications.Chat;

/// <summary>Writes a message as one chat service's webhook takes it. Pure.</summary>
internal interface IChatFormat
{
    /// <summary>The body.</summary>
    JsonObject Write(Receiver receiver, NotificationOrder order, Message message);

    /// <summary>The address, with what the service wants in it.</summary>
    Uri Address(Uri address, NotificationOrder order) => address;
}

using System.Net;
using System.Net.Sockets;

namespace Canary.Notifications.Outbound;

/// <summary>Opens connections to receivers, and to no address that their host may not have. Thread-safe.</summary>
/// <remarks>The address is checked after the name was resolved and is the one that is connected to, so that a name which changes in between gains nothing.</remarks>
internal sealed class GuardedConnections(HostPatterns allowed, HostPatterns mayBePrivate)
{
    /// <summary>Says why an address may not be used; null when it may.</summary>
    public string? Objection(Uri address)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
        {
            return "the address is no https URL";
        }

        if (address.Scheme == Uri.UriSchemeHttp && !mayBePrivate.Match(address.IdnHost))
        {
            return $"{address.IdnHost} would be reached without encryption; write https, or list the host in Notifications:PrivateHosts";
        }

        return !allowed.IsEmpty && !allowed.Match(address.IdnHost) && !mayBePrivate.Match(address.IdnHost)
            ? $"{address.IdnHost} is not among Notifications:AllowedHosts"
            : null;
    }

    /// <summary>Opens a connection; made for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
        var usable = mayBePrivate.Match(host) ? addresses : [.. addresses.Where(AddressRules.IsPublic)];
        if (usable.Length == 0)
        {
            throw new HttpRequestException($"{host} has no public address, and it is not among Notifications:PrivateHosts");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(usable, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

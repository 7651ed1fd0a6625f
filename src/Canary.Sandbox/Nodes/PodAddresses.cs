using System.Net;

namespace Canary.Sandbox.Nodes;

/// <summary>Hands out loopback addresses, each once, from 127.x.0.0 on. Thread-safe. On Linux and Windows all of 127/8 can be listened on; macOS needs aliases.</summary>
/// <param name="firstNetwork">The x of the first network, 1 to 254.</param>
internal sealed class PodAddresses(byte firstNetwork)
{
    private int _last;

    public IPAddress Next()
    {
        var index = Interlocked.Increment(ref _last);

        // the last octet stays in 1 to 254, so that no address looks like a network or a broadcast
        var last = (index % 254) + 1;
        var third = index / 254 % 256;
        var second = 1 + ((firstNetwork - 1 + (index / (254 * 256))) % 254);
        return new IPAddress([127, (byte)second, (byte)third, (byte)last]);
    }
}

using System.Text;
using Microsoft.AspNetCore.Http;

namespace Canary.Testing.Faults;

/// <summary>Hands the events of one watch on, not always as they came. One caller; used once.</summary>
internal sealed class FaultyEvents(FaultPlan plan, ApiTarget target, TimeProvider time, HttpContext http)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(600);
    private static readonly byte[] LineFeed = "\n"u8.ToArray();

    private readonly List<string> _earlier = [];

    /// <param name="events">What the server says, a line each.</param>
    /// <param name="silent">Whether nothing of it gets through, on a connection that stands.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task CopyAsync(Stream events, bool silent, CancellationToken cancellation)
    {
        using var reader = new StreamReader(events);
        if (silent)
        {
            await SilenceAsync(cancellation);
        }

        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            var (fault, size) = plan.NextEvent(target);
            switch (fault)
            {
                case Fault.Closed:
                    return;
                case Fault.Reset:
                    http.Abort();
                    return;
                case Fault.HalfOpen:
                    await SilenceAsync(cancellation);
                    break;
                case Fault.Torn:
                    await http.Response.WriteAsync(line[..(line.Length / 2)], cancellation);
                    await http.Response.Body.FlushAsync(cancellation);
                    http.Abort();
                    return;
                case Fault.Gone:
                    await SendAsync($$"""{"type":"ERROR","object":{{FaultProxy.StatusOf(410, "Expired")}}}""", cancellation);
                    return;
                case Fault.Dropped:
                    continue;
                case Fault.Slow:
                    await Task.Delay(LongestDelay * size, time, cancellation);
                    break;
                case Fault.Duplicated:
                    await SendAsync(line, cancellation);
                    break;
                case Fault.Repeated when _earlier.Count > 0:
                    await SendAsync(_earlier[(int)(size * _earlier.Count)], cancellation);
                    break;
            }

            await SendAsync(line, cancellation);
            _earlier.Add(line);
            if (_earlier.Count > 8)
            {
                _earlier.RemoveAt(0);
            }
        }
    }

    private Task SilenceAsync(CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);

    private async Task SendAsync(string line, CancellationToken cancellation)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line), cancellation);
        await http.Response.Body.WriteAsync(LineFeed, cancellation);
        await http.Response.Body.FlushAsync(cancellation);
    }
}

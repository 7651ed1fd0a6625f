using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Canary.Metrics.Tests.Scrape;

/// <summary>A server on loopback that can misbehave at the level of bytes: each path writes what it likes to the connection.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Func<Socket, CancellationToken, Task>> _paths = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public LoopbackServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Port => ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public ConcurrentQueue<string> Requests { get; } = [];

    public void On(string path, Func<Socket, CancellationToken, Task> answer) => _paths[path] = answer;

    public void On(string path, string answer) => On(path, (socket, cancellation) => SendAsync(socket, answer, cancellation));

    public static string Ok(string body, string headers = "Content-Type: text/plain\r\n") =>
        $"HTTP/1.1 200 OK\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    public static async Task SendAsync(Socket socket, string text, CancellationToken cancellation) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var path = await ReadRequestAsync(socket);
                Requests.Enqueue(path);
                await _paths[path](socket, _stop.Token);
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // the client has gone, or the path closed the connection, or the test is over
            }
        }
    }

    private async Task<string> ReadRequestAsync(Socket socket)
    {
        var buffer = new byte[8192];
        var held = 0;
        while (!buffer.AsSpan(0, held).EndsWith("\r\n\r\n"u8))
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(held), _stop.Token);
            held += read > 0 ? read : throw new SocketException((int)SocketError.ConnectionReset);
        }

        return Encoding.ASCII.GetString(buffer, 0, held).Split(' ')[1];
    }
}

using System.Text;
using System.Threading.Channels;

namespace Canary.Kubernetes.Tests.Api;

/// <summary>The body of a watch under the test's control: line by line, closed, broken, or silent for ever.</summary>
internal sealed class WatchStream : Stream
{
    private readonly Channel<byte[]> _chunks = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Completes when the client has accepted the response and reads.</summary>
    public Task Reading => _reading.Task;

    /// <summary>Completes when the client lets go of the stream.</summary>
    public Task Abandoned => _abandoned.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Raw(string text) => _chunks.Writer.TryWrite(Encoding.UTF8.GetBytes(text));

    public void Line(string json) => Raw(json + "\n");

    public void Event(string type, string json) => Line($$"""{"type":"{{type}}","object":{{json}}}""");

    public void Bookmark(string version) =>
        Event("BOOKMARK", $$"""{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"resourceVersion":"{{version}}","creationTimestamp":null} }""");

    public void Error(int code, string reason, string details = "{}") =>
        Event("ERROR", $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"because {{reason}}","reason":"{{reason}}","details":{{details}},"code":{{code}} }""");

    public void End() => _chunks.Writer.TryComplete();

    public void BreakOff() => _chunks.Writer.TryComplete(new IOException("connection reset by peer"));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _reading.TrySetResult();
        if (_rest.IsEmpty)
        {
            if (!await _chunks.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }

            _rest = await _chunks.Reader.ReadAsync(cancellationToken);
        }

        var taken = Math.Min(buffer.Length, _rest.Length);
        _rest[..taken].CopyTo(buffer);
        _rest = _rest[taken..];
        return taken;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _abandoned.TrySetResult();
        base.Dispose(disposing);
    }
}

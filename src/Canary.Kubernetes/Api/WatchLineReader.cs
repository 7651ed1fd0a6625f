using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Canary.Kubernetes.Api;

/// <summary>Cuts a byte stream into lines and notices when it has gone silent.</summary>
internal static class WatchLineReader
{
    /// <summary>No object in etcd is larger than a few MiB; an endless line must not fill the memory.</summary>
    internal const int MaxLineBytes = 32 * 1024 * 1024;

    /// <summary>Yields lines without their terminator, empty ones left out; each is valid until the next is asked for.</summary>
    /// <exception cref="TimeoutException">No byte came for <paramref name="idleTimeout"/>.</exception>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="MaxLineBytes"/>.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream stream, TimeSpan idleTimeout, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Disposed asynchronously, which waits for a callback under way: it must not meet a disposed token source.
        await using var timer = time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), silence, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            while (true)
            {
                ReadResult result;
                try
                {
                    timer.Change(idleTimeout, Timeout.InfiniteTimeSpan);
                    result = await reader.ReadAsync(silence.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new TimeoutException($"no byte for {idleTimeout}");
                }

                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                var buffer = result.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = buffer.Slice(0, end);
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                    if (!line.IsEmpty)
                    {
                        yield return line.IsSingleSegment ? line.First : line.ToArray();
                    }
                }

                if (buffer.Length > MaxLineBytes)
                {
                    throw new InvalidDataException($"a line of the watch is longer than {MaxLineBytes} bytes");
                }

                if (result.IsCompleted)
                {
                    if (!buffer.IsEmpty)
                    {
                        // The last line may lack its newline; if it is half a line, whoever parses it will say so.
                        yield return buffer.ToArray();
                    }

                    yield break;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }
}

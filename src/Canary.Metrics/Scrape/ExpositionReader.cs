using System.Buffers;
using System.Globalization;

namespace Canary.Metrics.Scrape;

/// <summary>Cuts a stream into lines for <see cref="PrometheusText"/>, holding no more than a line of it.</summary>
internal static class ExpositionReader
{
    internal const int LongestLine = 1 << 20;

    private const int BufferSize = 1 << 16;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The text, in UTF-8.</param>
    /// <param name="parser">Takes the lines.</param>
    /// <param name="mostBytes">Reading stops with a problem beyond this many bytes, decompressed.</param>
    /// <param name="mustEndInLineFeed">Whether the end of the stream proves nothing by itself, so that a last line without a line feed may be a torn number.</param>
    /// <param name="cancellation">Cancels between reads.</param>
    /// <returns>What was read, and what is wrong with it; null when nothing is.</returns>
    public static async Task<ExpositionResult> ReadAsync(
        Stream stream, PrometheusText parser, long mostBytes, bool mustEndInLineFeed, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long total = 0;
            var held = 0;
            while (true)
            {
                if (held == buffer.Length)
                {
                    if (held >= LongestLine)
                    {
                        return new ExpositionResult(total, $"line {Number(parser.Line + 1)} is longer than {Number(LongestLine)} bytes");
                    }

                    buffer = Grow(buffer, held);
                }

                var read = await stream.ReadAsync(buffer.AsMemory(held), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    return new ExpositionResult(total, End(parser, buffer.AsSpan(0, held), mustEndInLineFeed));
                }

                total += read;
                if (total > mostBytes)
                {
                    return new ExpositionResult(total, $"the answer is longer than {Number(mostBytes)} bytes");
                }

                var lines = ReadLines(parser, buffer.AsSpan(0, held + read), held);
                if (lines < 0)
                {
                    return new ExpositionResult(total, parser.Problem);
                }

                held += read - lines;
                buffer.AsSpan(lines, held).CopyTo(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Returns the length of the whole lines, or -1 when one of them is wrong. What was held has no line feed, so it is not searched again.
    private static int ReadLines(PrometheusText parser, ReadOnlySpan<byte> text, int searched)
    {
        var start = 0;
        while (true)
        {
            var from = Math.Max(start, searched);
            var length = text[from..].IndexOf((byte)'\n');
            if (length < 0)
            {
                return start;
            }

            if (!parser.TryReadLine(text[start..(from + length)]))
            {
                return -1;
            }

            start = from + length + 1;
        }
    }

    private static string? End(PrometheusText parser, ReadOnlySpan<byte> rest, bool mustEndInLineFeed)
    {
        if (!rest.IsEmpty && mustEndInLineFeed)
        {
            return $"the text ends in the middle of line {Number(parser.Line + 1)}";
        }

        return (rest.IsEmpty || parser.TryReadLine(rest)) && parser.TryEnd() ? null : parser.Problem;
    }

    private static byte[] Grow(byte[] buffer, int held)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, held).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How reading a text went.</summary>
/// <param name="Bytes">Bytes read, decompressed.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
internal readonly record struct ExpositionResult(long Bytes, string? Problem);

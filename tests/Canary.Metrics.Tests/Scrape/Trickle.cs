namespace Canary.Metrics.Tests.Scrape;

/// <summary>A stream that gives at most a few bytes at a time.</summary>
internal sealed class Trickle(byte[] bytes, int chunk) : MemoryStream(bytes, writable: false)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
}

using System.Threading.Channels;

namespace Canary.Sandbox.Mesh;

/// <summary>
/// Brings the cluster's objects to the proxy, each state a fixed delay after it came about and in order. <see cref="NoteChange"/> and <see cref="Current"/> are thread-safe.
/// </summary>
/// <param name="compile">Reads the cluster's state of this moment.</param>
/// <param name="delay">From change to effect.</param>
/// <param name="time">Clock of the delay.</param>
internal sealed class ConfigDistributor(Func<MeshConfig> compile, TimeSpan delay, TimeProvider time)
{
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<(long At, MeshConfig Config)> _underWay = Channel.CreateUnbounded<(long, MeshConfig)>();
    private MeshConfig _current = MeshConfig.Empty;

    /// <summary>Tells each configuration when it takes effect.</summary>
    public event Action<MeshConfig>? Applied;

    public MeshConfig Current => Volatile.Read(ref _current);

    /// <summary>Something in the cluster has changed.</summary>
    public void NoteChange() => _changes.Writer.TryWrite(true);

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(CompileAsync(cancellationToken), ApplyAsync(cancellationToken));

    private async Task CompileAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            var seen = time.GetTimestamp();
            _underWay.Writer.TryWrite((seen, compile()));
        }
    }

    private async Task ApplyAsync(CancellationToken cancellationToken)
    {
        await foreach (var (at, config) in _underWay.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            var left = delay - time.GetElapsedTime(at);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, time, cancellationToken).ConfigureAwait(false);
            }

            Volatile.Write(ref _current, config);
            Applied?.Invoke(config);
        }
    }
}

using Canary.Core;

namespace Canary.Engine.Queueing;

/// <summary>A rollout that one worker holds until it says that it is done.</summary>
internal sealed class WorkItem(RolloutKey key, bool urgent) : IDisposable
{
    private readonly CancellationTokenSource _overtaken = new();
    private readonly CancellationTokenSource _interrupted = new();

    public RolloutKey Key { get; } = key;

    /// <summary>Whether it came through the urgent lane.</summary>
    public bool Urgent { get; } = urgent;

    /// <summary>Cancelled when an urgent change of the same rollout arrives: make room, but finish what lowers exposure.</summary>
    public CancellationToken Overtaken => _overtaken.Token;

    /// <summary>Cancelled when this process may not go on with the rollout at all.</summary>
    public CancellationToken Interrupted => _interrupted.Token;

    public void Overtake() => Cancel(_overtaken);

    public void Interrupt() => Cancel(_interrupted);

    public void Dispose()
    {
        _overtaken.Dispose();
        _interrupted.Dispose();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The pass ended in this very instant; what comes next sees the change anyway.
        }
    }
}

using System.Collections.Concurrent;

namespace Canary.Engine.Notifying;

/// <summary>How many deliveries to one receiver may be under way, so that a slow one is not met by all rollouts at once. Thread-safe.</summary>
/// <param name="each">Deliveries at once to each receiver, at least 1.</param>
internal sealed class ReceiverSlots(int each) : IDisposable
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _slots = [];

    /// <summary>Waits for a slot.</summary>
    /// <returns>False when it was cancelled, and there is nothing to leave.</returns>
    public async Task<bool> EnterAsync(string receiver, CancellationToken cancellation)
    {
        var waiting = _slots.GetOrAdd(receiver, _ => new SemaphoreSlim(each)).WaitAsync(cancellation);
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return waiting.IsCompletedSuccessfully;
    }

    /// <summary>Gives a slot back.</summary>
    public void Leave(string receiver) => _slots[receiver].Release();

    public void Dispose()
    {
        foreach (var slot in _slots.Values)
        {
            slot.Dispose();
        }
    }
}

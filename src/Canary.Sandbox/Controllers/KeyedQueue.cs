using System.Threading.Channels;

namespace Canary.Sandbox.Controllers;

/// <summary>
/// A work queue as client-go's: a key waits once however often it is added, is worked on by one worker at a time, and comes again when it was
/// added meanwhile. Thread-safe.
/// </summary>
internal sealed class KeyedQueue<TKey>(TimeProvider time) : IDisposable
    where TKey : notnull
{
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> _waiting = [];
    private readonly HashSet<TKey> _working = [];
    private readonly Dictionary<TKey, (DateTimeOffset Due, ITimer Timer)> _later = [];
    private readonly Lock _lock = new();

    public void Add(TKey key)
    {
        lock (_lock)
        {
            if (_waiting.Add(key) && !_working.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Adds the key after a delay; of several delays the one that ends first counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            var due = time.GetUtcNow() + delay;
            if (_later.TryGetValue(key, out var planned))
            {
                if (planned.Due <= due)
                {
                    return;
                }

                planned.Timer.Dispose();
            }

            _later[key] = (due, time.CreateTimer(_ => Release(key), null, delay, Timeout.InfiniteTimeSpan));
        }
    }

    /// <summary>Waits for a key and marks it as worked on, until <see cref="Done"/>.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        var key = await _ready.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _waiting.Remove(key);
            _working.Add(key);
        }

        return key;
    }

    public void Done(TKey key)
    {
        lock (_lock)
        {
            _working.Remove(key);
            if (_waiting.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, timer) in _later.Values)
            {
                timer.Dispose();
            }

            _later.Clear();
        }
    }

    private void Release(TKey key)
    {
        lock (_lock)
        {
            if (_later.Remove(key, out var planned))
            {
                planned.Timer.Dispose();
            }
        }

        Add(key);
    }
}

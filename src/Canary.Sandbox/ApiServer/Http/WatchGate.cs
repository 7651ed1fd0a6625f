using System.Collections.Concurrent;

namespace Canary.Sandbox.ApiServer;

/// <summary>All open watches, for tests that close them, cut them, or let them fall silent. Thread-safe.</summary>
internal sealed class WatchGate
{
    private readonly ConcurrentDictionary<Watcher, ApiRequest> _open = new();
    private volatile TaskCompletionSource? _silence;

    public int Count => _open.Count;

    public IDisposable Enter(Watcher watcher, ApiRequest request)
    {
        _open[watcher] = request;
        return new Leave(() => _open.TryRemove(watcher, out _));
    }

    public Task PassAsync(CancellationToken cancellation) => _silence is { } silence ? silence.Task.WaitAsync(cancellation) : Task.CompletedTask;

    /// <summary>Ends all streams cleanly, as a server's timeout does.</summary>
    public void CloseAll()
    {
        foreach (var watcher in _open.Keys)
        {
            watcher.Complete();
        }
    }

    /// <summary>Cuts all connections.</summary>
    public void AbortAll()
    {
        foreach (var request in _open.Values)
        {
            request.Http.Abort();
        }
    }

    public void Silence() => _silence ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume()
    {
        var silence = _silence;
        _silence = null;
        silence?.TrySetResult();
    }

    private sealed class Leave(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}

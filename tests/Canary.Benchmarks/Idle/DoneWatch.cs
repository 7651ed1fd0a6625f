using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;
using Microsoft.Extensions.Logging;

namespace Canary.Benchmarks.Idle;

/// <summary>Counts the objects of a kind that have come as far as they should, by a watch, so that the counting costs the server little.</summary>
internal sealed class DoneWatch : IAsyncDisposable
{
    private readonly ListWatchCache _cache;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<string> _done = [];
    private readonly Task _running;

    public DoneWatch(KubernetesApi api, ResourceKind kind, Func<JsonObject, bool> isDone, TimeProvider time, ILoggerFactory loggers)
    {
        _cache = new ListWatchCache(api, kind, null, null, new ListWatchOptions(), time, loggers.CreateLogger<ListWatchCache>());
        _cache.Changed += change =>
        {
            lock (_done)
            {
                var key = $"{change.Namespace}/{change.Name}";
                if (change.New is { } now && isDone(now))
                {
                    _done.Add(key);
                }
                else
                {
                    _done.Remove(key);
                }
            }
        };
        _running = _cache.RunAsync(_stopping.Token);
    }

    public int Done
    {
        get
        {
            lock (_done)
            {
                return _done.Count;
            }
        }
    }

    /// <summary>Waits until so many are done.</summary>
    public async Task UntilAsync(int wanted, TimeSpan atMost, Progress progress, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (Done < wanted)
        {
            if (time.GetElapsedTime(started) > atMost)
            {
                throw new TimeoutException($"only {Done} of {wanted} {progress.What} after {atMost}");
            }

            progress.Show(Done, wanted);
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation).ConfigureAwait(false);
        }

        progress.Show(Done, wanted);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }
}

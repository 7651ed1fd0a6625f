using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Nodes;

/// <summary>
/// Plays every kubelet of the cluster: runs each pod it sees, reports its status, drains it when it is deleted. Pods are not bound to Node objects, so that an API
/// server deletes them at once; the drain goes on after that. Counts may be read by anyone at any time.
/// </summary>
internal sealed partial class SandboxNodes : BackgroundService
{
    // counts of pods that are gone are kept for assertions, but not for ever
    private const int KeptCounts = 10_000;

    private readonly KubernetesApi _api;
    private readonly ListWatchCache _pods;
    private readonly NodeOptions _options;
    private readonly PodAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, PodRun> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _tasks = new(StringComparer.Ordinal);
    private readonly Queue<PodCount> _gone = new();
    private readonly Lock _counting = new();

    /// <param name="api">The API server; not disposed.</param>
    /// <param name="pods">The pods to run; followed by its owner, not by this class.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">Clock of every wait.</param>
    /// <param name="loggers">Makes the loggers.</param>
    public SandboxNodes(KubernetesApi api, ListWatchCache pods, NodeOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _api = api;
        _pods = pods;
        _options = options;
        _addresses = new PodAddresses(options.FirstNetwork);
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<SandboxNodes>();
    }

    /// <summary>Requests as counted at every pod that runs or ran (of the latter, the last ten thousand).</summary>
    public IReadOnlyList<PodCount> Counts()
    {
        // a pod that goes meanwhile is counted once: before or after, not both
        lock (_counting)
        {
            return [.. _gone, .. _runs.Values.Select(run => run.Workload.Count)];
        }
    }

    /// <summary>The program of a running pod, or null; for tests that count without sockets.</summary>
    public PodWorkload? Find(string @namespace, string name) =>
        _runs.Values.FirstOrDefault(run => run.Workload.Count is { } count && count.Namespace == @namespace && count.Name == name)?.Workload;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void OnChanged(CacheChange change) => Follow(change, stoppingToken);
        _pods.Changed += OnChanged;
        foreach (var pod in _pods.List())
        {
            Follow(new CacheChange(CacheChangeKind.Added, null, pod), stoppingToken);
        }

        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _pods.Changed -= OnChanged;
            await Task.WhenAll(_tasks.Values).ConfigureAwait(false);
        }
    }

    private void Follow(CacheChange change, CancellationToken stopping)
    {
        var pod = change.Object;
        var uid = pod.Uid();
        if (change.New is null || pod.IsBeingDeleted() || change.Old is { } old && old.Uid() != uid)
        {
            if (_runs.TryGetValue(change.Old.Uid() is { Length: > 0 } before ? before : uid, out var going))
            {
                going.NoteDeleted();
            }

            if (change.New is null || pod.IsBeingDeleted())
            {
                return;
            }
        }

        if (stopping.IsCancellationRequested || pod.Text("status", "phase") is "Succeeded" or "Failed" || _runs.ContainsKey(uid))
        {
            return;
        }

        var run = new PodRun(pod, _api, _options, _addresses, _time, _loggers);
        if (_runs.TryAdd(uid, run))
        {
            var task = Task.Run(() => RunAsync(uid, run, stopping), CancellationToken.None);
            _tasks[uid] = task;
            if (task.IsCompleted)
            {
                _tasks.TryRemove(uid, out _);
            }
        }
        else
        {
            run.Dispose();
        }
    }

    private async Task RunAsync(string uid, PodRun run, CancellationToken stopping)
    {
        try
        {
            await run.RunAsync(stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // one pod's failure is its own
            LogPodFailed(exception, run.Workload.Count.Namespace, run.Workload.Count.Name);
        }
        finally
        {
            lock (_counting)
            {
                _gone.Enqueue(run.Workload.Count);
                _runs.TryRemove(uid, out _);
                if (_gone.Count > KeptCounts)
                {
                    _gone.Dequeue();
                }
            }

            _tasks.TryRemove(uid, out _);
            run.Dispose();
        }
    }

    [LoggerMessage(EventId = 5100, Level = LogLevel.Error, Message = "Pod {Namespace}/{Pod} failed")]
    private partial void LogPodFailed(Exception exception, string @namespace, string pod);
}

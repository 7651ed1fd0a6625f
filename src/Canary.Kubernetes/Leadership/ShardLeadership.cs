using Canary.Core;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Canary.Kubernetes.Leadership;

/// <summary>Leads the rollouts of the shards that this replica holds. Runs with the host. Thread-safe.</summary>
internal sealed partial class ShardLeadership : BackgroundService, ILeadership
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly KubernetesApi _api;
    private readonly LeaderElectionOptions _options;
    private readonly Task _ready;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ShardElection _election;
    private readonly Counter _transitions;
    private readonly int[] _works;
    private TaskCompletionSource _nudge = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _told;

    /// <summary>Prepares it; nothing is sent before the host starts.</summary>
    /// <param name="api">The API that holds the Leases; not disposed.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="ready">When this replica can lead: until then it is nobody's rival.</param>
    /// <param name="time">The clock.</param>
    /// <param name="registry">Where the metrics are registered.</param>
    /// <param name="logger">Receives shards won and lost, and failures.</param>
    public ShardLeadership(KubernetesApi api, LeaderElectionOptions options, Task ready, TimeProvider time, CollectorRegistry registry, ILogger<ShardLeadership> logger)
    {
        _api = api;
        _options = options;
        _ready = ready;
        _time = time;
        _logger = logger;
        _works = new int[options.Shards];
        _election = new ShardElection(options, shard => Volatile.Read(ref _works[shard]) == 0, time);
        _election.Changed += OnChanged;
        var metrics = global::Prometheus.Metrics.WithCustomRegistry(registry);
        var held = metrics.CreateGauge("canary_shards_held", "Shards that this replica leads.");
        var members = metrics.CreateGauge("canary_replicas_alive", "Replicas that this one sees alive, itself included.");
        _transitions = metrics.CreateCounter("canary_shard_transitions_total", "Shards that this replica took, gave back or lost.", "event");
        registry.AddBeforeCollectCallback(() =>
        {
            held.Set(_election.Held.Count());
            members.Set(_election.Members);
        });
    }

    /// <inheritdoc />
    public event Action? Changed;

    /// <summary>Why no shard is tried for, in one sentence; null when nothing stands in the way.</summary>
    public string? Obstacle => _election.Obstacle;

    /// <summary>Who this replica is in the Leases.</summary>
    public string Identity => _election.Identity;

    /// <inheritdoc />
    public bool Leads(RolloutKey key) => _election.Leads(ShardPlan.ShardOf(key, _options.Shards));

    /// <inheritdoc />
    public IDisposable? Begin(RolloutKey key)
    {
        var shard = ShardPlan.ShardOf(key, _options.Shards);
        Interlocked.Increment(ref _works[shard]); // counted first: see where a shard is left
        if (_election.MayBegin(shard))
        {
            return new Work(this, shard);
        }

        End(shard);
        return null;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_ready.IsCompletedSuccessfully)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            await RunAsync(_election.Round(leaving: false), stoppingToken).ConfigureAwait(false);
            TellObstacle();
            await PauseAsync(_election.Pause(_api.Jitter.Next()), stoppingToken).ConfigureAwait(false);
        }

        // Renewed until the work has stopped: its last writes are still under the term.
        var stopping = _time.GetTimestamp();
        do
        {
            await RunAsync(_election.Round(leaving: true), CancellationToken.None).ConfigureAwait(false);
        }
        while (_election.Held.Any() && _time.GetElapsedTime(stopping) < Farewell && await PauseAsync(_election.Pause(0), CancellationToken.None).ConfigureAwait(false));
        await RunAsync(_election.Leave(), CancellationToken.None).ConfigureAwait(false);
        LogLeft(Identity);
    }

    private async Task RunAsync(IEnumerable<LeaseCall> calls, CancellationToken cancellation)
    {
        foreach (var call in calls)
        {
            // No attempt outlives what is held, and each leaves time for another.
            var within = _options.RenewDeadline / 3;
            within = _election.Left is { } left && left > TimeSpan.Zero && left < within ? left : within;
            using var deadline = new CancellationTokenSource(within, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
            try
            {
                await SendAsync(call, either.Token).ConfigureAwait(false);
            }
            catch (KubernetesApiException exception)
            {
                LogFailed(exception.Message);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                LogFailed($"no answer within {within}");
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task SendAsync(LeaseCall call, CancellationToken cancellation)
    {
        var metadata = call.Lease?["metadata"];
        switch (call.Verb)
        {
            case LeaseVerb.List:
                call.Found = (await _api.ListAsync(ResourceKind.Leases, _options.Namespace, null, cancellation).ConfigureAwait(false)).Items;
                break;
            case LeaseVerb.Write:
                call.Stored = metadata?["resourceVersion"] is null
                    ? await _api.CreateAsync(ResourceKind.Leases, _options.Namespace, call.Lease!, cancellation).ConfigureAwait(false) // a write has one
                    : await _api.UpdateAsync(ResourceKind.Leases, call.Lease!, cancellation).ConfigureAwait(false); // likewise
                break;
            case LeaseVerb.Delete:
                var unchanged = new DeletePreconditions((string?)metadata?["uid"], (string?)metadata?["resourceVersion"]);
                await _api.DeleteAsync(ResourceKind.Leases, _options.Namespace, (string)metadata!["name"]!, unchanged, cancellation).ConfigureAwait(false); // read from the API
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(call), call.Verb, "is no verb");
        }
    }

    /// <returns>True, always.</returns>
    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        var nudge = Volatile.Read(ref _nudge).Task;
        using var over = new CancellationTokenSource(pause, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        await nudge.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Exchange(ref _nudge, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return true;
    }

    private void End(int shard)
    {
        if (Interlocked.Decrement(ref _works[shard]) == 0 && _election.IsLeaving(shard))
        {
            Volatile.Read(ref _nudge).TrySetResult(); // it can be given back now
        }
    }

    private void OnChanged(ShardChange change)
    {
        _transitions.WithLabels(change.Event switch
        {
            ShardEvent.Taken => "taken",
            ShardEvent.GivenBack => "given_back",
            ShardEvent.Lost => "lost",
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.Event, "has no word"),
        }).Inc();
        switch (change.Event)
        {
            case ShardEvent.Taken:
                LogTaken(change.Shard, _options.Shards, Identity, change.Term);
                break;
            case ShardEvent.GivenBack:
                LogGivenBack(change.Shard, _options.Shards, Identity, change.Term);
                break;
            case ShardEvent.Lost:
            default:
                LogLost(change.Shard, _options.Shards, Identity, change.Term);
                break;
        }

        Changed?.Invoke();
    }

    private void TellObstacle()
    {
        if (Obstacle != _told && (_told = Obstacle) is { } obstacle)
        {
            LogObstacle(obstacle);
        }
    }

    [LoggerMessage(EventId = 2200, Level = LogLevel.Information, Message = "Began to lead shard {Shard} of {Shards} as {Identity}, term {Term}")]
    private partial void LogTaken(int shard, int shards, string identity, long term);

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "Lost shard {Shard} of {Shards} as {Identity}, term {Term}")]
    private partial void LogLost(int shard, int shards, string identity, long term);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Information, Message = "Gave shard {Shard} of {Shards} back as {Identity}, term {Term}")]
    private partial void LogGivenBack(int shard, int shards, string identity, long term);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Information, Message = "Left the election as {Identity}")]
    private partial void LogLeft(string identity);

    [LoggerMessage(EventId = 2204, Level = LogLevel.Warning, Message = "Could not read or write a Lease: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(EventId = 2205, Level = LogLevel.Warning, Message = "Leads nothing: {Obstacle}")]
    private partial void LogObstacle(string obstacle);

    private sealed class Work(ShardLeadership leadership, int shard) : IDisposable
    {
        private int _over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
            {
                leadership.End(shard);
            }
        }
    }
}

using System.Collections.Concurrent;
using Canary.Core;
using Canary.Engine.Measuring;
using Canary.Engine.Notifying;
using Canary.Engine.Ports;
using Canary.Engine.Queueing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Canary.Engine.Reconciling;

/// <summary>Wakes for changes, commands, alarms, measurements and leadership, and lets workers make the passes.</summary>
internal sealed class ReconcileLoop : BackgroundService
{
    private readonly Reconciler _reconciler;
    private readonly IRolloutStore _store;
    private readonly ILeadership _leadership;
    private readonly IAlarmClock _alarms;
    private readonly WorkQueue _queue;
    private readonly PassPacer _pacer;
    private readonly MeasurementRunner _runner;
    private readonly MeasurementMailbox _mailbox;
    private readonly NotificationPump _notifications;
    private readonly EngineTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly EngineOptions _options;
    private readonly ILogger<ReconcileLoop> _logger;

    /// <summary>The rollouts that this process looks after, each with the command that was last seen.</summary>
    private readonly ConcurrentDictionary<RolloutKey, string?> _known = [];

    public ReconcileLoop(
        Reconciler reconciler,
        IRolloutStore store,
        ILeadership leadership,
        IAlarmClock alarms,
        WorkQueue queue,
        PassPacer pacer,
        MeasurementRunner runner,
        MeasurementMailbox mailbox,
        NotificationPump notifications,
        EngineTelemetry telemetry,
        TimeProvider time,
        IOptions<EngineOptions> options,
        ILogger<ReconcileLoop> logger)
    {
        _reconciler = reconciler;
        _store = store;
        _leadership = leadership;
        _alarms = alarms;
        _queue = queue;
        _pacer = pacer;
        _runner = runner;
        _mailbox = mailbox;
        _notifications = notifications;
        _telemetry = telemetry;
        _time = time;
        _options = options.Value;
        _logger = logger;
        telemetry.Watch(queue);
    }

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything is listed: a change between the two must not be missed.
        _store.Changed += OnChanged;
        _alarms.Rang += OnRang;
        _leadership.Changed += OnLeadershipChanged;
        AddAll();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _store.Changed -= OnChanged;
        _alarms.Rang -= OnRang;
        _leadership.Changed -= OnLeadershipChanged;
        _queue.Complete();
        return base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _logger.Started(_options.Workers);
        using var hurry = new CancellationTokenSource();
        var workers = Enumerable.Range(0, _options.Workers + 1)
            .Select(worker => Task.Run(() => WorkAsync(urgentOnly: worker == 0, hurry.Token), CancellationToken.None))
            .ToArray();
        var resync = ResyncAsync(stoppingToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        await resync.ConfigureAwait(false);
        var running = Task.WhenAll(workers);
        try
        {
            await running.WaitAsync(_options.ShutdownTimeout, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _logger.StoppedHard(_options.ShutdownTimeout);
            await hurry.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
        }

        await _runner.StopAsync().ConfigureAwait(false);
        await _notifications.StopAsync().ConfigureAwait(false);
        _logger.Stopped();
    }

    private async Task WorkAsync(bool urgentOnly, CancellationToken hurry)
    {
        while (await _queue.TakeAsync(urgentOnly, CancellationToken.None).ConfigureAwait(false) is { } item)
        {
            try
            {
                Settle(item, await _reconciler.PassAsync(item, snapshot => See(item.Key, snapshot), hurry).ConfigureAwait(false));
            }
            catch (Exception failure)
            {
                // One rollout that breaks must not take a worker from the others.
                var delay = _queue.AddBackingOff(item.Key, item.Urgent);
                _logger.PassBroke(failure, item.Key, delay);
            }
            finally
            {
                _queue.Done(item);
                item.Dispose();
            }
        }
    }

    private void See(RolloutKey key, Snapshot snapshot)
    {
        _known[key] = snapshot.Observation.Command?.Raw;
        _runner.Follow(key, snapshot.Analysis);
    }

    private void Settle(WorkItem item, Pass pass)
    {
        var key = item.Key;
        if (pass.End is PassEnd.Gone or PassEnd.Stopped || !_leadership.Leads(key))
        {
            Forget(key);
            return;
        }

        switch (pass)
        {
            case { End: PassEnd.Overtaken }:
                _queue.Add(key, urgent: true);
                return;
            case { End: PassEnd.LostRace }:
                _queue.AddAfter(key, _pacer.AfterLostRace(key), item.Urgent);
                return;
            case { End: PassEnd.Failed, Advanced: false, RetryAfter: null }:
                _queue.AddBackingOff(key, item.Urgent);
                return;
            case { End: PassEnd.Failed, Advanced: false, RetryAfter: { } wait } when wait > TimeSpan.Zero:
                _queue.AddAfter(key, wait, item.Urgent);
                return;
            case { End: PassEnd.Settled }:
                _queue.Forget(key);
                _pacer.Forget(key);
                return;
            case { End: PassEnd.Changed }:
                _queue.Forget(key);
                break;
        }

        // Something was changed, or the world moved on while it was being changed.
        var pace = _pacer.AfterChange(key, pass);
        if (pace.Hold)
        {
            _queue.Hold(key, pace.Delay);
        }
        else
        {
            _queue.AddAfter(key, pace.Delay, item.Urgent);
        }
    }

    private void OnChanged(RolloutKey key, bool urgent)
    {
        if (_leadership.Leads(key))
        {
            _queue.Add(key, urgent && IsNews(key));
        }
    }

    /// <summary>Tells a new command from the echo of one that a pass has seen, which our own writes raise again.</summary>
    private bool IsNews(RolloutKey key)
    {
        try
        {
            return !_known.TryGetValue(key, out var seen)
                || seen is null
                || _store.Observe(key, _time.GetUtcNow())?.Observation.Command?.Raw != seen;
        }
        catch (Exception)
        {
            return true; // the pass will meet the same failure, and tell it
        }
    }

    private void OnRang(RolloutKey key)
    {
        if (_leadership.Leads(key))
        {
            _queue.Add(key);
        }
    }

    private void OnLeadershipChanged()
    {
        var left = _known.Keys.Where(key => !_leadership.Leads(key)).ToList();
        foreach (var key in left)
        {
            _queue.Interrupt(key);
            Forget(key);
        }

        var led = AddAll();
        _logger.LeadershipChanged(led, left.Count);
    }

    private int AddAll()
    {
        try
        {
            var led = _store.List().Union(_known.Keys).Where(_leadership.Leads).ToList();
            led.ForEach(key => _queue.Add(key));
            return led.Count;
        }
        catch (Exception failure)
        {
            _logger.NotListed(failure);
            return 0;
        }
    }

    private async Task ResyncAsync(CancellationToken stop)
    {
        var random = new Random(_options.JitterSeed ?? Environment.ProcessId);
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(_options.Resync * (0.9 + (0.2 * random.NextDouble())), _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested)
            {
                AddAll();
            }
        }
    }

    private void Forget(RolloutKey key)
    {
        _known.TryRemove(key, out _);
        _runner.Leave(key);
        _mailbox.Remove(key);
        _pacer.Forget(key);
        _queue.Forget(key);
        _notifications.Forget(key);
        _telemetry.Forget(key);
    }
}

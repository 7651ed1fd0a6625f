using System.Collections.Concurrent;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Queueing;
using Canary.Engine.Reconciling;
using Prometheus;

namespace Canary.Engine;

/// <summary>The engine's own metrics. Thread-safe.</summary>
/// <remarks>Series of a rollout exist while this process leads it; every other label has a fixed set of values.</remarks>
internal sealed class EngineTelemetry
{
    private static readonly Phase[] Phases = Enum.GetValues<Phase>();

    private readonly CollectorRegistry _registry;
    private readonly ConcurrentDictionary<RolloutKey, byte> _rollouts = [];
    private readonly Gauge _weight;
    private readonly Gauge _phase;
    private readonly Gauge _step;
    private readonly Gauge _queueDepth;
    private readonly Counter _verdicts;
    private readonly Counter _decisions;
    private readonly Counter _effects;
    private readonly Counter _rounds;
    private readonly Counter _announcements;
    private readonly Counter _notifications;
    private readonly Counter _conflicts;
    private readonly Histogram _passSeconds;
    private readonly Histogram _measurementSeconds;

    public EngineTelemetry(CollectorRegistry registry)
    {
        _registry = registry;
        var metrics = global::Prometheus.Metrics.WithCustomRegistry(registry);
        _weight = metrics.CreateGauge(
            "canary_rollout_weight_percent", "Share of requests that the candidate is to get, as a percent in [0, 100].", "namespace", "name");
        _phase = metrics.CreateGauge("canary_rollout_phase", "1 for the phase that the rollout is in, 0 for the others.", "namespace", "name", "phase");
        _step = metrics.CreateGauge("canary_rollout_step_index", "The step that the rollout stands in, from 0; -1 when none is under way.", "namespace", "name");
        _queueDepth = metrics.CreateGauge("canary_queue_depth", "Rollouts that wait for a worker, or for their time.", "lane");
        _verdicts = metrics.CreateCounter("canary_verdicts_total", "Verdicts given after a round of measurement.", "state");
        _decisions = metrics.CreateCounter("canary_decisions_total", "Decisions that were remembered.", "phase");
        _effects = metrics.CreateCounter("canary_effects_total", "Effects that were asked for.", "effect", "result");
        _rounds = metrics.CreateCounter("canary_measurement_rounds_total", "Rounds of measurement.", "result");
        _announcements = metrics.CreateCounter("canary_announcements_total", "Announcements.", "result");
        _notifications = metrics.CreateCounter("canary_notifications_total", "Attempts to notify a receiver.", "result");
        _conflicts = metrics.CreateCounter("canary_status_conflicts_total", "Statuses that were not stored because somebody else was first.");
        _passSeconds = metrics.CreateHistogram(
            "canary_reconcile_duration_seconds", "How long a pass over one rollout took.", ["result"],
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2.5, 12) });
        _measurementSeconds = metrics.CreateHistogram(
            "canary_measurement_duration_seconds", "How long a round of measurement took.",
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.005, 2.2, 12) });
    }

    /// <summary>Shows the depth of a queue whenever the metrics are read.</summary>
    public void Watch(WorkQueue queue) => _registry.AddBeforeCollectCallback(() =>
    {
        _queueDepth.WithLabels("urgent").Set(queue.UrgentDepth);
        _queueDepth.WithLabels("ordinary").Set(queue.OrdinaryDepth);
        _queueDepth.WithLabels("delayed").Set(queue.DelayedDepth);
    });

    public void Passed(PassEnd end, TimeSpan elapsed) => _passSeconds.WithLabels(Word(end)).Observe(elapsed.TotalSeconds);

    public void Decided(RolloutKey key, RolloutStatus status)
    {
        _rollouts[key] = 0;
        _decisions.WithLabels(status.Phase.ToString()).Inc();
        _weight.WithLabels(key.Namespace, key.Name).Set(status.Traffic?.Weight.Percent ?? 0);
        _step.WithLabels(key.Namespace, key.Name).Set(status.Journey?.Step ?? -1);
        foreach (var phase in Phases)
        {
            _phase.WithLabels(key.Namespace, key.Name, phase.ToString()).Set(phase == status.Phase ? 1 : 0);
        }
    }

    /// <summary>Removes the series of a rollout that is gone or led by another process.</summary>
    public void Forget(RolloutKey key)
    {
        if (!_rollouts.TryRemove(key, out _))
        {
            return;
        }

        _weight.RemoveLabelled(key.Namespace, key.Name);
        _step.RemoveLabelled(key.Namespace, key.Name);
        foreach (var phase in Phases)
        {
            _phase.RemoveLabelled(key.Namespace, key.Name, phase.ToString());
        }
    }

    public void Verdict(VerdictState state) => _verdicts.WithLabels(state.ToString()).Inc();

    public void Effect(string effect, string result) => _effects.WithLabels(effect, result).Inc();

    public void StatusConflict() => _conflicts.Inc();

    public void Announcement(string result) => _announcements.WithLabels(result).Inc();

    public void Notification(string result) => _notifications.WithLabels(result).Inc();

    public void Round(string result, TimeSpan elapsed)
    {
        _rounds.WithLabels(result).Inc();
        _measurementSeconds.Observe(elapsed.TotalSeconds);
    }

    private static string Word(PassEnd end) => end switch
    {
        PassEnd.Settled => "settled",
        PassEnd.Changed => "changed",
        PassEnd.LostRace => "lost_race",
        PassEnd.Failed => "failed",
        PassEnd.Overtaken => "overtaken",
        PassEnd.Stopped => "stopped",
        PassEnd.Gone => "gone",
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "has no word"),
    };
}

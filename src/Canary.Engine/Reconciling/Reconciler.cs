using System.Collections.Concurrent;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Announcing;
using Canary.Engine.Measuring;
using Canary.Engine.Notifying;
using Canary.Engine.Ports;
using Canary.Engine.Queueing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Canary.Engine.Reconciling;

/// <summary>One pass over one rollout: observe, judge, decide, remember, act, announce. Thread-safe for different rollouts.</summary>
internal sealed class Reconciler(
    EngineRules rules,
    IRolloutStore store,
    IEffectApplier applier,
    ILeadership leadership,
    IAlarmClock alarms,
    MeasurementMailbox mailbox,
    AnnouncementPump announcements,
    NotificationPump notifications,
    EngineTelemetry telemetry,
    TimeProvider time,
    IOptions<EngineOptions> options,
    ILogger<Reconciler> logger)
{
    // A time that is not ahead would ring at once, again and again.
    private static readonly TimeSpan ShortestAlarm = TimeSpan.FromSeconds(1);

    /// <summary>Evidence that was stored and that the caches may not show yet.</summary>
    private readonly ConcurrentDictionary<RolloutKey, AnalysisRecord> _stored = [];

    private readonly TimeSpan _timeout = options.Value.EffectTimeout;
    private readonly IList<ClusterNotificationOptions> _clusterNotifications = options.Value.Notifications;
    private readonly EffectPorts _ports = new(applier, leadership, telemetry, logger, time, options.Value.EffectTimeout);

    /// <summary>Makes one pass.</summary>
    /// <param name="item">The rollout, with the tokens that tell the pass to make room or to stop.</param>
    /// <param name="seen">Called with what was read, before anything else is done.</param>
    /// <param name="stop">Stops the process.</param>
    /// <returns>How it ended; failures of ports are in it.</returns>
    /// <exception cref="Exception">The store cannot read, or the rules broke: nothing was touched.</exception>
    public async Task<Pass> PassAsync(WorkItem item, Action<Snapshot> seen, CancellationToken stop)
    {
        var key = item.Key;
        if (!leadership.Leads(key))
        {
            return new Pass(PassEnd.Stopped);
        }

        var started = time.GetTimestamp();
        var at = time.GetUtcNow();
        if (store.Observe(key, at) is not { } snapshot)
        {
            _stored.TryRemove(key, out _);
            await SetAlarmAsync(key, null, at, stop).ConfigureAwait(false);
            return new Pass(PassEnd.Gone);
        }

        seen(snapshot);
        snapshot = WithStoredEvidence(snapshot);
        var round = Judge(snapshot, mailbox.Take(key, snapshot.Analysis?.Name), at);
        Decision decision;
        try
        {
            decision = rules.Decide(snapshot.Observation with
            {
                Verdict = round?.Verdict,
                ClusterNotifications = ClusterNotificationOptions.For(key.Namespace, _clusterNotifications),
                Deliveries = notifications.OutcomesOf(key),
            });
        }
        catch
        {
            Return(key, round);
            throw;
        }

        var pass = await CarryOutAsync(item, snapshot, round, decision, at, stop).ConfigureAwait(false);
        var elapsed = time.GetElapsedTime(started);
        telemetry.Passed(pass.End, elapsed);
        if (pass.Remembered)
        {
            notifications.Follow(key, snapshot.Uid, decision.Status);
            telemetry.Decided(key, decision.Status);
        }

        if (pass.Advanced || pass.Effects.Count > 0)
        {
            logger.Decided(key, decision.Status.Phase, decision.Reason, elapsed);
        }
        else
        {
            logger.LeftAlone(key, decision.Status.Phase, decision.Reason, elapsed);
        }

        return pass;
    }

    private async Task<Pass> CarryOutAsync(WorkItem item, Snapshot snapshot, Round? round, Decision decision, DateTimeOffset at, CancellationToken stop)
    {
        var key = item.Key;
        var changed = decision.Status != snapshot.Observation.Status;
        if (!changed && decision.Effects.Count == 0 && round is not { Measurement: not null })
        {
            // nothing to fence: an idle rollout costs no request
            var set = await SetAlarmAsync(key, decision.LookAgainAt, at, stop).ConfigureAwait(false);
            return new Pass(set ? PassEnd.Settled : PassEnd.Failed) { Remembered = true };
        }

        var stored = await RememberAsync(item, snapshot, decision.Status, stop).ConfigureAwait(false);
        switch (stored)
        {
            case Remembered.Stopped:
            case Remembered.Overtaken:
                Return(key, round);
                return new Pass(stored == Remembered.Stopped ? PassEnd.Stopped : PassEnd.Overtaken);
            case Remembered.LostRace:
                Return(key, round);
                telemetry.StatusConflict();
                logger.LostRace(key, snapshot.Version);
                return new Pass(PassEnd.LostRace);
            case Remembered.Gone:
                return new Pass(PassEnd.Gone);
        }

        var run = new EffectRun(snapshot, item, _ports);
        if (stored == Remembered.No)
        {
            // Nothing is certain now but that fewer requests for the candidate harm nobody.
            Return(key, round);
            foreach (var effect in decision.Effects.Where(effect => effect.LowersExposure))
            {
                await run.ApplyAsync(effect, stop).ConfigureAwait(false);
            }

            announcements.Post(key, run.News);
            return new Pass(run.CutShort ?? PassEnd.Failed);
        }

        try
        {
            await ActAsync(item, snapshot, round, decision, run, stop).ConfigureAwait(false);
        }
        finally
        {
            // The status says that they were told: whatever happened since, they have to be.
            announcements.Post(key, decision.Announcements);
            announcements.Post(key, run.News);
        }

        var alarm = run.CutShort is not null || await SetAlarmAsync(key, decision.LookAgainAt, at, stop).ConfigureAwait(false);
        var failed = run.HasFailed || !alarm;
        return new Pass(run.CutShort ?? (failed ? PassEnd.Failed : changed || decision.Effects.Count > 0 ? PassEnd.Changed : PassEnd.Settled))
        {
            Effects = decision.Effects,
            Remembered = true,
            Advanced = changed,
            RetryAfter = run.RetryAfter,
        };
    }

    private async Task ActAsync(WorkItem item, Snapshot snapshot, Round? round, Decision decision, EffectRun run, CancellationToken stop)
    {
        var evidence = round is { Measurement: not null } ? round : null;
        foreach (var effect in decision.Effects)
        {
            if (evidence is not null && EffectGroups.Of(effect) == EffectGroup.Analysis)
            {
                // An AnalysisRun that ends now must hold the round that ended it.
                await StoreEvidenceAsync(item, snapshot, evidence, stop).ConfigureAwait(false);
                evidence = null;
            }

            await run.ApplyAsync(effect, stop).ConfigureAwait(false);
        }

        if (evidence is not null)
        {
            await StoreEvidenceAsync(item, snapshot, evidence, stop).ConfigureAwait(false);
        }
    }

    private Round? Judge(Snapshot snapshot, Measurement? measurement, DateTimeOffset at)
    {
        if (snapshot.Analysis is not { } analysis)
        {
            return null;
        }

        try
        {
            var (state, verdict) = rules.Judge(snapshot, measurement, at);
            if (measurement is not null)
            {
                telemetry.Verdict(verdict.State);
            }

            return new Round(analysis.Name, measurement, state, verdict);
        }
        catch (Exception failure)
        {
            // An analysis that breaks must not stop an abort: nothing is known, so the weight is held.
            logger.JudgeBroke(failure, snapshot.Observation.Key);
            var unknown = new Verdict { State = VerdictState.Unknown, Reason = $"the analysis broke: {failure.Message}" };
            return new Round(analysis.Name, null, analysis.State, unknown);
        }
    }

    private async Task<Remembered> RememberAsync(WorkItem item, Snapshot snapshot, RolloutStatus status, CancellationToken stop)
    {
        if (!leadership.Leads(item.Key))
        {
            return Remembered.Stopped;
        }

        using var timeout = new CancellationTokenSource(_timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop, item.Interrupted, item.Overtaken);
        try
        {
            return await store.StoreStatusAsync(snapshot, status, linked.Token).ConfigureAwait(false) switch
            {
                StoreResult.Stored => Remembered.Yes,
                StoreResult.LostRace => Remembered.LostRace,
                StoreResult.Gone => Remembered.Gone,
                _ => Remembered.No,
            };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || item.Interrupted.IsCancellationRequested)
        {
            return Remembered.Stopped;
        }
        catch (OperationCanceledException) when (item.Overtaken.IsCancellationRequested)
        {
            return Remembered.Overtaken;
        }
        catch (Exception failure)
        {
            logger.StatusNotStored(failure, item.Key);
            return Remembered.No;
        }
    }

    private async Task StoreEvidenceAsync(WorkItem item, Snapshot snapshot, Round round, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop, item.Interrupted, item.Overtaken);
        if (linked.IsCancellationRequested || !leadership.Leads(item.Key))
        {
            Return(item.Key, round);
            return;
        }

        try
        {
            var result = await store.StoreEvidenceAsync(snapshot, round.State, round.Verdict, linked.Token).ConfigureAwait(false);
            if (result == StoreResult.Stored)
            {
                _stored[item.Key] = snapshot.Analysis! with { State = round.State }; // there is no round without an analysis
            }
            else
            {
                logger.EvidenceNotStored(item.Key, round.Analysis, result);
            }
        }
        catch (OperationCanceledException) when (!timeout.IsCancellationRequested)
        {
            Return(item.Key, round);
        }
        catch (Exception failure)
        {
            // Counters are cumulative: the next round brings what this one would have added.
            logger.EvidenceBroke(failure, item.Key, round.Analysis);
        }
    }

    private async Task<bool> SetAlarmAsync(RolloutKey key, DateTimeOffset? lookAgainAt, DateTimeOffset at, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            await alarms.SetAsync(key, lookAgainAt is { } wanted && wanted <= at ? at + ShortestAlarm : lookAgainAt, linked.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            logger.AlarmNotSet(failure, key);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true; // the process stops; the next one sets its own
        }
    }

    /// <summary>Puts the evidence that the last pass stored in place of what it had read, while the caches still show the latter: a verdict must not go back in time.</summary>
    private Snapshot WithStoredEvidence(Snapshot snapshot)
    {
        var key = snapshot.Observation.Key;
        if (_stored.TryGetValue(key, out var stored))
        {
            if (snapshot.Analysis is { } analysis && analysis.Name == stored.Name && analysis.Version == stored.Version)
            {
                return snapshot with { Analysis = analysis with { State = stored.State } };
            }

            _stored.TryRemove(key, out _);
        }

        return snapshot;
    }

    private void Return(RolloutKey key, Round? round)
    {
        if (round is { Measurement: { } measurement })
        {
            mailbox.Return(key, round.Analysis, measurement);
        }
    }

    private sealed record Round(string Analysis, Measurement? Measurement, AnalysisState State, Verdict Verdict);

    private enum Remembered
    {
        Yes,
        No,
        LostRace,
        Gone,
        Overtaken,
        Stopped,
    }
}

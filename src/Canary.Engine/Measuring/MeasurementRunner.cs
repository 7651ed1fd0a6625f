using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;
using Canary.Engine.Queueing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Canary.Engine.Measuring;

/// <summary>Measures every rollout that is analysed, once an interval, beside the passes. Thread-safe.</summary>
/// <remarks>
/// Each followed rollout has one task of its own, so that no two of its rounds overlap and a source that hangs delays nobody else.
/// Rounds of different rollouts are spread over the interval by their names.
/// </remarks>
internal sealed class MeasurementRunner(
    IRolloutStore store,
    IMeasurementSource source,
    ILeadership leadership,
    MeasurementMailbox mailbox,
    WorkQueue queue,
    EngineTelemetry telemetry,
    TimeProvider time,
    IOptions<EngineOptions> options,
    ILogger<MeasurementRunner> logger) : IDisposable
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan PauseWithoutAnalysis = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<RolloutKey, Follower> _followers = [];
    private readonly Dictionary<RolloutKey, Task> _leaving = [];
    private readonly SemaphoreSlim _slots = new(options.Value.ConcurrentMeasurements);
    private bool _stopped;

    /// <summary>Follows or leaves a rollout, as its analysis says.</summary>
    /// <param name="key">Which.</param>
    /// <param name="analysis">The AnalysisRun under way; null when there is none.</param>
    public void Follow(RolloutKey key, AnalysisRecord? analysis)
    {
        if (analysis is null)
        {
            Leave(key);
            return;
        }

        lock (_gate)
        {
            if (_stopped || _followers.ContainsKey(key))
            {
                return; // a changed interval is read before each round
            }

            var predecessor = _leaving.Remove(key, out var leaving) ? leaving : Task.CompletedTask;
            var leave = new CancellationTokenSource();
            var first = Next(key, time.GetUtcNow(), IntervalOf(analysis), leave.Token);
            _followers.Add(key, new Follower(leave, MeasureAlwaysAsync(key, first, predecessor, leave.Token)));
        }
    }

    /// <summary>Stops measuring a rollout; a round under way is cancelled.</summary>
    public void Leave(RolloutKey key)
    {
        Follower? follower;
        lock (_gate)
        {
            if (!_followers.Remove(key, out follower))
            {
                return;
            }

            foreach (var done in _leaving.Where(pair => pair.Value.IsCompleted).Select(pair => pair.Key).ToList())
            {
                _leaving.Remove(done);
            }

            _leaving[key] = follower.Task;
        }

        follower.Leave.Cancel();
    }

    /// <summary>Stops measuring.</summary>
    /// <returns>When the last round has ended.</returns>
    public Task StopAsync()
    {
        List<RolloutKey> keys;
        lock (_gate)
        {
            _stopped = true;
            keys = [.. _followers.Keys];
        }

        keys.ForEach(Leave);
        lock (_gate)
        {
            return Task.WhenAll(_leaving.Values);
        }
    }

    public void Dispose() => _slots.Dispose();

    private static TimeSpan IntervalOf(AnalysisRecord analysis) => analysis.Spec.Interval > ShortestInterval ? analysis.Spec.Interval : ShortestInterval;

    private async Task MeasureAlwaysAsync(RolloutKey key, Appointment next, Task predecessor, CancellationToken leave)
    {
        await predecessor.ConfigureAwait(false);
        while (!leave.IsCancellationRequested)
        {
            await next.Waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var waiting = _slots.WaitAsync(leave);
            await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!waiting.IsCompletedSuccessfully)
            {
                return;
            }

            try
            {
                next = await MeasureOnceAsync(key, next.Due, leave).ConfigureAwait(false);
            }
            finally
            {
                _slots.Release();
            }
        }
    }

    /// <summary>Makes one round.</summary>
    /// <param name="key">The rollout.</param>
    /// <param name="due">When the round was due.</param>
    /// <param name="leave">Cancels it.</param>
    /// <returns>When the next one is due; its time runs before anybody hears of this one.</returns>
    private async Task<Appointment> MeasureOnceAsync(RolloutKey key, DateTimeOffset due, CancellationToken leave)
    {
        try
        {
            if (!leave.IsCancellationRequested && leadership.Leads(key) && store.Observe(key, time.GetUtcNow()) is { Analysis: { } analysis } snapshot)
            {
                var interval = IntervalOf(analysis);
                telemetry.RoundStarted(time.GetUtcNow() - due);
                var measurement = await ReadAsync(key, analysis, snapshot.Pods, interval, leave).ConfigureAwait(false);
                var next = Next(key, due, interval, leave);
                if (measurement is not null && !leave.IsCancellationRequested)
                {
                    mailbox.Post(key, new MeasurementMailbox.Letter(analysis.Name, measurement, due));
                    queue.Add(key);
                }

                return next;
            }
        }
        catch (Exception failure)
        {
            logger.RoundFailed(failure, key, "the rollout could not be read");
        }

        // Nothing to measure: the next pass will say that the rollout is left.
        return Next(key, due, PauseWithoutAnalysis, leave);
    }

    private Appointment Next(RolloutKey key, DateTimeOffset last, TimeSpan interval, CancellationToken leave)
    {
        var now = time.GetUtcNow();

        // a timer that rang early must not ring twice, and a clock that was set back must not stop the rounds
        var due = Cadence.After(key, now > last || last - now > interval ? now : last, interval);
        return new Appointment(due, Task.Delay(due - now, time, leave));
    }

    private async Task<Measurement?> ReadAsync(
        RolloutKey key, AnalysisRecord analysis, ValueList<PodTarget> pods, TimeSpan interval, CancellationToken leave)
    {
        var started = time.GetTimestamp();
        var limit = interval * 2 < options.Value.MeasurementTimeout ? interval * 2 : options.Value.MeasurementTimeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, leave);
        try
        {
            var measurement = await source.MeasureAsync(analysis.Metrics, pods, linked.Token).ConfigureAwait(false);
            telemetry.Round(ResultOf(measurement), time.GetElapsedTime(started));
            return measurement;
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            telemetry.Round("cancelled", time.GetElapsedTime(started));
            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            var reason = $"the round took longer than {limit.TotalSeconds:0.#} s";
            telemetry.Round("timeout", time.GetElapsedTime(started));
            logger.RoundFailed(null, key, reason);
            return Unread(pods, reason);
        }
        catch (Exception failure)
        {
            telemetry.Round("failed", time.GetElapsedTime(started));
            logger.RoundFailed(failure, key, failure.Message);
            return Unread(pods, failure.Message);
        }
    }

    private static string ResultOf(Measurement measurement)
    {
        var failures = measurement.Pods.Count(pod => pod.Failure is not null);
        return failures == 0 ? "read" : failures < measurement.Pods.Count ? "partial" : "failed";
    }

    /// <summary>Makes a round that says of every pod why it was not read, so that the analysis can hold and tell.</summary>
    private Measurement Unread(ValueList<PodTarget> pods, string reason)
    {
        var at = time.GetUtcNow();
        return new Measurement(at, pods.Select(pod => new PodReading
        {
            Uid = pod.Uid,
            Pod = pod.Name,
            Arm = pod.Arm,
            Epoch = "",
            ReadySince = pod.ReadySince,
            At = at,
            Failure = reason,
        }).ToValueList());
    }

    private sealed record Appointment(DateTimeOffset Due, Task Waiting);

    private sealed record Follower(CancellationTokenSource Leave, Task Task);
}

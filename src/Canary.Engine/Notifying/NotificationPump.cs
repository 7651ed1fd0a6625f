using Canary.Core;
using Canary.Core.Notifications;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Engine.Queueing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Canary.Engine.Notifying;

/// <summary>Empties the outboxes beside the passes: a receiver's notifications of one rollout in order, everything else at once. Thread-safe.</summary>
/// <remarks>
/// What was told is said by <see cref="OutcomesOf"/> until a stored status has taken note of it; a crash before that tells it again, under the same id.
/// A receiver that hangs or fails holds up nothing but what it is to be told itself.
/// </remarks>
internal sealed class NotificationPump(
    INotifier notifier,
    ILeadership leadership,
    WorkQueue queue,
    EngineTelemetry telemetry,
    TimeProvider time,
    IOptions<EngineOptions> options,
    ILogger<NotificationPump> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RolloutKey, Outbox> _outboxes = [];
    private readonly ReceiverSlots _slots = new(options.Value.NotificationsAtOnce);
    private readonly HashSet<Task> _running = [];
    private bool _stopped;

    /// <summary>What was told of a rollout's outbox and is not yet noted in its status.</summary>
    public ValueList<Delivery> OutcomesOf(RolloutKey key)
    {
        lock (_gate)
        {
            return _outboxes.TryGetValue(key, out var outbox) ? outbox.Outcomes.ToValueList() : [];
        }
    }

    /// <summary>Takes the outbox of a stored status over.</summary>
    /// <param name="key">The rollout.</param>
    /// <param name="uid">The Rollout's uid.</param>
    /// <param name="status">The status as it is stored.</param>
    public void Follow(RolloutKey key, string uid, RolloutStatus status)
    {
        lock (_gate)
        {
            if (_outboxes.TryGetValue(key, out var outbox) && outbox.Uid != uid)
            {
                Drop(key, outbox); // another Rollout of the same name
                outbox = null;
            }

            if (_stopped || (outbox is null && status.Outbox.Count == 0))
            {
                return;
            }

            if (outbox is null)
            {
                _outboxes.Add(key, outbox = new Outbox(uid));
            }

            outbox.Waiting = status.Outbox;
            outbox.Messages = status.Messages;
            outbox.Outcomes.RemoveAll(outcome => !Waits(status, outcome));
            foreach (var receiver in status.Outbox.SelectMany(entry => entry.Waiting).Select(target => target.Receiver).Distinct())
            {
                if (outbox.Served.Add(receiver))
                {
                    Run(key, outbox, receiver);
                }
            }

            if (outbox is { Waiting.Count: 0, Outcomes.Count: 0, Served.Count: 0 })
            {
                Drop(key, outbox);
            }
        }
    }

    /// <summary>Leaves a rollout that is gone or led by another process.</summary>
    public void Forget(RolloutKey key)
    {
        lock (_gate)
        {
            if (_outboxes.TryGetValue(key, out var outbox))
            {
                Drop(key, outbox);
            }
        }
    }

    /// <summary>Stops telling; what was not told stays in the outboxes.</summary>
    /// <returns>When the last attempt has ended.</returns>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (var (key, outbox) in _outboxes.ToList())
            {
                Drop(key, outbox);
            }

            return Task.WhenAll(_running);
        }
    }

    public void Dispose() => _slots.Dispose();

    private static bool Waits(RolloutStatus status, Delivery outcome) =>
        status.Outbox.Any(entry => entry.Number == outcome.Number && entry.Waiting.Any(target => target.Receiver == outcome.Receiver));

    private void Drop(RolloutKey key, Outbox outbox)
    {
        _outboxes.Remove(key);
        outbox.Leave.Cancel();
    }

    // called under the gate
    private void Run(RolloutKey key, Outbox outbox, string receiver)
    {
        var serving = Task.Run(() => ServeAsync(key, outbox, receiver), CancellationToken.None);
        _running.Add(serving);
        serving.ContinueWith(
            done =>
            {
                lock (_gate)
                {
                    _running.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private async Task ServeAsync(RolloutKey key, Outbox outbox, string receiver)
    {
        var backOff = new BackOff(options.Value.NotificationBackOffBase, options.Value.NotificationBackOffCap, new Random(options.Value.JitterSeed ?? Environment.ProcessId));
        var failures = 0;
        while (Next(key, outbox, receiver) is { } order)
        {
            var result = await TellAsync(order, outbox.Leave.Token).ConfigureAwait(false);
            if (outbox.Leave.IsCancellationRequested && result is not DeliveryResult.Delivered)
            {
                return;
            }

            if (result is DeliveryResult.Failed failed)
            {
                var wait = failed.RetryAfter is { } asked && asked > TimeSpan.Zero ? asked : backOff.After(++failures);
                telemetry.Notification("failed");
                logger.NotNotified(order.Key, receiver, order.Notification.Number, failed.Why, wait);
                await Task.Delay(wait, time, outbox.Leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            failures = 0;
            Note(key, outbox, order, result);
        }
    }

    /// <summary>The receiver's first notification that was not told yet; null ends its turn.</summary>
    private NotificationOrder? Next(RolloutKey key, Outbox outbox, string receiver)
    {
        lock (_gate)
        {
            foreach (var entry in outbox.Leave.IsCancellationRequested ? [] : outbox.Waiting)
            {
                if (entry.Waiting.FirstOrDefault(target => target.Receiver == receiver) is { } target
                    && !outbox.Outcomes.Any(outcome => outcome.Number == entry.Number && outcome.Receiver == receiver))
                {
                    return new NotificationOrder(key, FormattableString.Invariant($"{outbox.Uid}.{entry.Number}"), entry, target, HandleOf(outbox, receiver, entry));
                }
            }

            outbox.Served.Remove(receiver);
            return null;
        }
    }

    private static string? HandleOf(Outbox outbox, string receiver, Notification entry)
    {
        // what this process has just sent is newer than what the status says
        var sent = outbox.Outcomes.LastOrDefault(outcome => outcome.Receiver == receiver && outcome.Handle is not null && outbox.AttemptOf(outcome.Number) == entry.Attempt);
        return sent?.Handle ?? outbox.Messages.FirstOrDefault(message => message.Receiver == receiver && message.Attempt == entry.Attempt)?.Handle;
    }

    private async Task<DeliveryResult> TellAsync(NotificationOrder order, CancellationToken leave)
    {
        if (!await _slots.EnterAsync(order.Target.Receiver, leave).ConfigureAwait(false))
        {
            return new DeliveryResult.Failed("the rollout was left");
        }

        using var timeout = new CancellationTokenSource(options.Value.NotificationTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, leave);
        try
        {
            // a receiver is told by the replica that leads: another one would tell it twice
            return leadership.Leads(order.Key)
                ? await notifier.DeliverAsync(order, linked.Token).WaitAsync(linked.Token).ConfigureAwait(false)
                : new DeliveryResult.Failed("this replica does not lead the rollout");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new DeliveryResult.Failed($"no answer within {options.Value.NotificationTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception failure)
        {
            return new DeliveryResult.Failed(failure.Message);
        }
        finally
        {
            _slots.Leave(order.Target.Receiver);
        }
    }

    private void Note(RolloutKey key, Outbox outbox, NotificationOrder order, DeliveryResult result)
    {
        var refusal = (result as DeliveryResult.Refused)?.Why;
        telemetry.Notification(refusal is null ? "told" : "refused");
        if (refusal is not null)
        {
            logger.NotificationRefused(key, order.Target.Receiver, order.Notification.Number, refusal);
        }

        lock (_gate)
        {
            outbox.Outcomes.Add(new Delivery(order.Notification.Number, order.Target.Receiver, refusal, (result as DeliveryResult.Delivered)?.Handle));
        }

        queue.Add(key);
    }

    private sealed class Outbox(string uid)
    {
        private readonly Dictionary<long, int> _attempts = [];
        private ValueList<Notification> _waiting = [];

        public string Uid { get; } = uid;

        public CancellationTokenSource Leave { get; } = new();

        public List<Delivery> Outcomes { get; } = [];

        /// <summary>The receivers that a task tells at this time.</summary>
        public HashSet<string> Served { get; } = [];

        public ValueList<SentMessage> Messages { get; set; } = [];

        public ValueList<Notification> Waiting
        {
            get => _waiting;
            set
            {
                _waiting = value;
                _attempts.Clear();
                foreach (var entry in value)
                {
                    _attempts[entry.Number] = entry.Attempt;
                }
            }
        }

        public int? AttemptOf(long number) => _attempts.TryGetValue(number, out var attempt) ? attempt : null;
    }
}

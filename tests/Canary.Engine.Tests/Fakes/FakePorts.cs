using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;

namespace Canary.Engine.Tests.Fakes;

/// <summary>Writes effects down; a test may make them slow or fail.</summary>
internal sealed class FakeApplier(Journal journal) : IEffectApplier
{
    public Func<RolloutKey, Effect, CancellationToken, Task> OnApply { get; set; } = (_, _, _) => Task.CompletedTask;

    public async Task ApplyAsync(Snapshot snapshot, Effect effect, CancellationToken cancellation)
    {
        var name = $"{effect.GetType().Name} {snapshot.Observation.Key.Name}";
        journal.Add($"apply {name}");
        await OnApply(snapshot.Observation.Key, effect, cancellation);
        cancellation.ThrowIfCancellationRequested();
        journal.Add($"done {name}");
    }
}

/// <summary>Leads what it is told to lead.</summary>
internal sealed class FakeLeadership : ILeadership
{
    public event Action? Changed;

    public Func<RolloutKey, bool> Rule { get; set; } = _ => true;

    public bool Leads(RolloutKey key) => Rule(key);

    public void Set(bool leads)
    {
        Rule = _ => leads;
        Changed?.Invoke();
    }
}

/// <summary>Remembers alarms; a test rings them.</summary>
internal sealed class FakeAlarmClock(Journal journal) : IAlarmClock
{
    public event Action<RolloutKey>? Rang;

    public Func<RolloutKey, Task> OnSet { get; set; } = _ => Task.CompletedTask;

    public async ValueTask SetAsync(RolloutKey key, DateTimeOffset? at, CancellationToken cancellation)
    {
        await OnSet(key);
        journal.Add($"alarm {key.Name} {(at is { } time ? time.ToUnixTimeMilliseconds() : "none")}");
    }

    public void Ring(RolloutKey key) => Rang?.Invoke(key);
}

/// <summary>Writes announcements down; a test may make it block or fail.</summary>
internal sealed class FakeAnnouncer(Journal journal) : IAnnouncer
{
    public Func<Announcement, CancellationToken, Task> OnAnnounce { get; set; } = (_, _) => Task.CompletedTask;

    public async Task AnnounceAsync(RolloutKey key, Announcement announcement, CancellationToken cancellation)
    {
        journal.Add($"announcing {announcement.Reason}");
        await OnAnnounce(announcement, cancellation);
        journal.Add($"announced {announcement.Reason}");
    }
}

/// <summary>Writes notifications down; a test may make a receiver hang, fail or refuse.</summary>
internal sealed class FakeNotifier(Journal journal) : INotifier
{
    public Func<NotificationOrder, CancellationToken, Task<DeliveryResult>> OnDeliver { get; set; } = (_, _) => Task.FromResult<DeliveryResult>(new DeliveryResult.Delivered());

    public async Task<DeliveryResult> DeliverAsync(NotificationOrder order, CancellationToken cancellation)
    {
        var name = $"{order.Target.Receiver} {order.Id}{(order.Handle is { } handle ? $" on {handle}" : "")}";
        journal.Add($"notifying {name}");
        var result = await OnDeliver(order, cancellation);
        journal.Add($"{result.GetType().Name} {name}");
        return result;
    }
}

/// <summary>Answers rounds with a reading a pod; a test may make it hang or fail.</summary>
internal sealed class FakeMeasurementSource(Journal journal, TimeProvider time) : IMeasurementSource
{
    public Func<ValueList<PodTarget>, CancellationToken, Task> OnMeasure { get; set; } = (_, _) => Task.CompletedTask;

    public async Task<Measurement> MeasureAsync(ValueList<MetricSpec> metrics, ValueList<PodTarget> pods, CancellationToken cancellation)
    {
        var names = string.Join(",", pods.Select(pod => pod.Name));
        journal.Add($"measuring {names}");
        await OnMeasure(pods, cancellation);
        cancellation.ThrowIfCancellationRequested();
        journal.Add($"measured {names}");
        return Sample.Round(time.GetUtcNow(), pods);
    }
}

using System.Collections.Concurrent;
using Canary.Core;
using Canary.Engine.Ports;
using Quartz;

namespace Canary.Controller.Scheduling;

/// <summary>Wakes rollouts for what is due by time alone, with one Quartz trigger each. Nothing is stored: every pass sets the alarm anew from the status. Thread-safe.</summary>
internal sealed class QuartzAlarmClock(ISchedulerFactory schedulers, TimeProvider time) : IAlarmClock
{
    private const string Namespace = "namespace";
    private const string Name = "name";

    private static readonly JobKey Job = new("alarm", "rollouts");

    private readonly ConcurrentDictionary<RolloutKey, DateTimeOffset> _set = [];

    /// <inheritdoc />
    public event Action<RolloutKey>? Rang;

    /// <inheritdoc />
    public async ValueTask SetAsync(RolloutKey key, DateTimeOffset? at, CancellationToken cancellation)
    {
        if (at is not { } due)
        {
            if (_set.TryRemove(key, out _))
            {
                var scheduler = await schedulers.GetScheduler(cancellation).ConfigureAwait(false);
                await scheduler.UnscheduleJob(TriggerOf(key), cancellation).ConfigureAwait(false);
            }

            return;
        }

        if (_set.TryGetValue(key, out var known) && known == due && due > time.GetUtcNow())
        {
            return;
        }

        var trigger = TriggerBuilder.Create(time)
            .WithIdentity(TriggerOf(key))
            .ForJob(Job)
            .UsingJobData(Namespace, key.Namespace)
            .UsingJobData(Name, key.Name)
            .StartAt(due)
            .WithSimpleSchedule(schedule => schedule.WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow))
            .Build();
        var quartz = await schedulers.GetScheduler(cancellation).ConfigureAwait(false);
        _set[key] = due;
        try
        {
            await quartz.ScheduleTrigger(trigger, TriggerConflict.Replace, cancellation).ConfigureAwait(false);
        }
        catch
        {
            _set.TryRemove(key, out _);
            throw;
        }
    }

    /// <summary>Adds the one job that all alarms share.</summary>
    internal static void AddJob(IQuartzBuilder quartz) => quartz.AddJob<AlarmJob>(job => job.WithIdentity(Job).StoreDurably());

    private static TriggerKey TriggerOf(RolloutKey key) => new(key.Name, key.Namespace);

    private void Ring(RolloutKey key)
    {
        _set.TryRemove(key, out _);
        Rang?.Invoke(key);
    }

    /// <summary>Rings for the rollout that its trigger names.</summary>
    internal sealed class AlarmJob(QuartzAlarmClock clock) : IJob
    {
        /// <inheritdoc />
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            var data = context.MergedJobDataMap;
            clock.Ring(new RolloutKey(data.GetString(Namespace) ?? "", data.GetString(Name) ?? ""));
            return ValueTask.CompletedTask;
        }
    }
}

using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Canary.Engine;

/// <summary>How the engine works in this process; section <c>Engine</c>. Immutable once read.</summary>
public sealed class EngineOptions
{
    /// <summary>Passes that may run at once, each of another rollout, beside the one worker that is kept for urgent changes. In [1, 256]. Default 8.</summary>
    [Range(1, 256)]
    public int Workers { get; set; } = 8;

    /// <summary>The longest that one call which changes the world or stores a status may take. From 100 ms to 5 minutes. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan EffectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The first wait after a failed pass; it doubles with every further one. From 1 ms to 1 minute. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan BackOffBase { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait after a failed pass. From 1 second to 1 hour. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BackOffCap { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Where the chance in waiting times starts; null takes one that differs between processes. Any number. Default null.</summary>
    public int? JitterSeed { get; set; }

    /// <summary>The first wait after a lost race or after effects that cannot be seen yet; it doubles while nothing is gained. From 1 ms to 10 seconds. Default 20 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan LookAgainDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Passes of one rollout that may change something within a second before they are slowed down. In [2, 10000]. Default 20.</summary>
    [Range(2, 10_000)]
    public int PassesPerSecond { get; set; } = 20;

    /// <summary>Time between two looks at every rollout that nothing asked for. From 1 second to 1 day. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Resync { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Rounds of measurement that may run at once, over all rollouts. In [1, 10000]. Default 64.</summary>
    [Range(1, 10_000)]
    public int ConcurrentMeasurements { get; set; } = 64;

    /// <summary>The longest that a round of measurement may take; twice the rollout's interval is a second limit. From 100 ms to 5 minutes. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan MeasurementTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Announcements that wait to be told; beyond it the oldest are dropped. In [1, 100000]. Default 1000.</summary>
    [Range(1, 100_000)]
    public int AnnouncementCapacity { get; set; } = 1000;

    /// <summary>Rollouts whose announcements may be told at once. In [1, 256]. Default 16.</summary>
    [Range(1, 256)]
    public int AnnouncementTellers { get; set; } = 16;

    /// <summary>The longest that one attempt to tell an announcement may take. From 100 ms to 5 minutes. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan AnnouncementTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Further attempts to tell an announcement after the first. In [0, 10]. Default 2.</summary>
    [Range(0, 10)]
    public int AnnouncementRetries { get; set; } = 2;

    /// <summary>Notifications that may be on their way to one receiver at once. In [1, 256]. Default 4.</summary>
    [Range(1, 256)]
    public int NotificationsAtOnce { get; set; } = 4;

    /// <summary>The longest that one attempt to notify a receiver may take. From 100 ms to 5 minutes. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan NotificationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The first wait after a receiver failed; it doubles with every further failure. From 10 ms to 1 minute. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan NotificationBackOffBase { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait after a receiver failed. From 1 second to 1 hour. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan NotificationBackOffCap { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The cluster's own rules of who is notified of what, for all Rollouts that they cover. At most 50. Default none.</summary>
    [MaxLength(50)]
    [ValidateEnumeratedItems]
    public IList<ClusterNotificationOptions> Notifications { get; set; } = [];

    /// <summary>How long running passes may go on when the process is asked to stop. From 0 to 5 minutes. Default 10 seconds; keep it below the host's own.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);
}

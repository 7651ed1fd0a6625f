using Canary.Core.Traffic;

namespace Canary.Core.Notifications;

/// <summary>One message of the outbox, with the facts as they were when it was decided. Immutable.</summary>
public sealed record Notification
{
    /// <summary>Its place among the Rollout's notifications, from 1, never used twice: with the Rollout's uid it tells a repeated delivery.</summary>
    public required long Number { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it is about.</summary>
    public required NotificationEvent Event { get; init; }

    /// <summary>How much it matters.</summary>
    public required Severity Severity { get; init; }

    /// <summary>The announcement's word, such as <c>RolledBack</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>One sentence that stands alone, for the preview of a telephone.</summary>
    public required string Sentence { get; init; }

    /// <summary>Which of the Rollout's rollouts it belongs to, from 1; 0 before the first. Receivers keep one thread for each.</summary>
    public required int Attempt { get; init; }

    /// <summary>Where the rollout stood.</summary>
    public required RolloutFacts Facts { get; init; }

    /// <summary>Who still has to be told.</summary>
    public required ValueList<NotificationTarget> Waiting { get; init; }
}

/// <summary>Where a rollout stood.</summary>
public sealed record RolloutFacts
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>The stable revision; null before adoption.</summary>
    public Revision? Stable { get; init; }

    /// <summary>Its image; null before adoption.</summary>
    public string? StableImage { get; init; }

    /// <summary>The candidate; null when none is under way.</summary>
    public Revision? Candidate { get; init; }

    /// <summary>Its image; null when none is under way.</summary>
    public string? CandidateImage { get; init; }

    /// <summary>The largest share of the requests that the plan had given to the candidate.</summary>
    public Weight Weight { get; init; }

    /// <summary>The step, from 1; null when it does not walk the plan.</summary>
    public int? Step { get; init; }

    /// <summary>The number of steps; null with <see cref="Step"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>When the rollout started; null when none is under way.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long the candidate had been exposed to requests; null before.</summary>
    public TimeSpan? Exposed { get; init; }

    /// <summary>The most requests that one metric counted on the candidate; null when nothing was counted.</summary>
    public double? CandidateRequests { get; init; }

    /// <summary>Who ordered it; null when nobody did.</summary>
    public string? By { get; init; }

    /// <summary>The AnalysisRun; null when nothing is analysed.</summary>
    public string? AnalysisRun { get; init; }

    /// <summary>What a person may do next, as commands; empty when nothing is called for.</summary>
    public ValueList<string> Next { get; init; } = [];

    /// <summary>The metrics, the worst first, at most 10.</summary>
    public ValueList<MetricLine> Metrics { get; init; } = [];
}

/// <summary>One metric in few numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">The unit of both values.</param>
/// <param name="Stable">The stable revision's value; null when unknown.</param>
/// <param name="Candidate">The candidate's value; null when unknown.</param>
/// <param name="Ratio">Candidate's over stable's; null when it cannot be estimated.</param>
/// <param name="RatioLower">Lower end of its 95 % confidence sequence; null when it cannot be estimated.</param>
/// <param name="RatioUpper">Upper end; null when unbounded.</param>
/// <param name="Failed">Whether it speaks for going back.</param>
public sealed record MetricLine(string Name, MetricUnit Unit, double? Stable, double? Candidate, double? Ratio, double? RatioLower, double? RatioUpper, bool Failed);

/// <summary>What the values of a metric are.</summary>
public enum MetricUnit
{
    /// <summary>Bad requests in a hundred.</summary>
    Percent,

    /// <summary>The 99th percentile in milliseconds, or the only quantile that is watched.</summary>
    Milliseconds,

    /// <summary>A level in the metric's own unit.</summary>
    Level,
}

using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Notifications;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Core.Rollouts;

/// <summary>Where a rollout stands, for people.</summary>
public enum Phase
{
    /// <summary>The stable revision is what the Deployment asks for.</summary>
    Healthy,

    /// <summary>A candidate is on its way.</summary>
    Progressing,

    /// <summary>Waits for time or a person.</summary>
    Paused,

    /// <summary>The candidate is becoming stable.</summary>
    Promoting,

    /// <summary>Traffic is going back to stable.</summary>
    RollingBack,

    /// <summary>Stable serves; the Deployment asks for a revision that was refused.</summary>
    Degraded,

    /// <summary>Nothing can be done until a person mends the spec or what it refers to.</summary>
    Invalid,
}

/// <summary>The only record of progress: all that must survive a crash.</summary>
public sealed record RolloutStatus
{
    /// <summary>Nothing is known yet.</summary>
    public static RolloutStatus Initial { get; } = new();

    /// <summary>Where the rollout stands, for people.</summary>
    public Phase Phase { get; init; } = Phase.Progressing;

    /// <summary>One sentence: why.</summary>
    public string Message { get; init; } = "";

    /// <summary>The generation of the spec that was last read.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>The last valid spec: what a rollout goes on under when the current one is invalid. Null before the first.</summary>
    public RolloutSpec? Plan { get; init; }

    /// <summary>The revision that serves users and is returned to; null before adoption.</summary>
    public Arm? Stable { get; init; }

    /// <summary>The revision on trial; null when no rollout is under way.</summary>
    public Arm? Candidate { get; init; }

    /// <summary>The revision that was taken back and is not started again by itself; null when there is none.</summary>
    public Refusal? Refused { get; init; }

    /// <summary>The rollout under way; null when idle.</summary>
    public Journey? Journey { get; init; }

    /// <summary>What traffic should look like; null before adoption.</summary>
    public TrafficStatus? Traffic { get; init; }

    /// <summary>Why and until when nothing advances; null when it may.</summary>
    public PauseStatus? Pause { get; init; }

    /// <summary>The last verdict of the rollout under way, or of the last one; null before the first.</summary>
    public VerdictStatus? Verdict { get; init; }

    /// <summary>Candidates of the past whose pods still drain.</summary>
    public ValueList<RetiringRevision> Retiring { get; init; } = [];

    /// <summary>The last command; null before the first.</summary>
    public CommandStatus? LastCommand { get; init; }

    /// <summary>Ids of the last commands, newest last, at most 20: the same id runs once.</summary>
    public ValueList<string> CommandIds { get; init; } = [];

    /// <summary>A restart stamp that the Deployment's template does not carry yet; null when there is none.</summary>
    public string? RestartStamp { get; init; }

    /// <summary>The last rollouts, newest first, at most 10.</summary>
    public ValueList<HistoryEntry> History { get; init; } = [];

    /// <summary>Conditions by kstatus's names.</summary>
    public ValueList<Condition> Conditions { get; init; } = [];

    /// <summary>What was found before the first change, to be put back on release; null before adoption.</summary>
    public Original? Original { get; init; }

    /// <summary>When others changed the weights, oldest first, within the last minute.</summary>
    public ValueList<DateTimeOffset> DriftAt { get; init; } = [];

    /// <summary>Since when weights are no longer put back, because another writer sets them; null when they are.</summary>
    public DateTimeOffset? StalledSince { get; init; }

    /// <summary>The surge of the Deployment's strategy before it was widened for the hand-over, as the strategy says it; null while it is its own.</summary>
    public string? OwnSurge { get; init; }

    /// <summary>Whether the Deployment was last seen unpaused by somebody else; told once.</summary>
    public bool UnpausedSeen { get; init; }

    /// <summary>Whether a native update was last seen under way; told once.</summary>
    public bool NativeSeen { get; init; }

    /// <summary>Since when the Rollout is being released; null while it is not.</summary>
    public DateTimeOffset? ReleasingSince { get; init; }

    /// <summary>How many rollouts were started; names the next AnalysisRun.</summary>
    public int Attempts { get; init; }

    /// <summary>What is wrong with the spec or what it refers to; empty when valid.</summary>
    public ValueList<Problem> Problems { get; init; } = [];

    /// <summary>What rollouts told of the stable pods among themselves, one entry a metric: the next one is judged by it.</summary>
    public ValueList<MetricMemory> Learned { get; init; } = [];

    /// <summary>What people still have to be told, oldest first, at most 32.</summary>
    public ValueList<Notification> Outbox { get; init; } = [];

    /// <summary>How many notifications were ever made; numbers the next one.</summary>
    public long Notified { get; init; }

    /// <summary>Messages that receivers can update, one a receiver, at most 20.</summary>
    public ValueList<SentMessage> Messages { get; init; } = [];
}

/// <summary>What is known of the stable pods among themselves.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Numbers">Numbers of its kind of test, at most 16.</param>
public sealed record MetricMemory(string Metric, ValueList<double> Numbers);

/// <summary>One of the two revisions.</summary>
/// <param name="Revision">Its identity.</param>
/// <param name="ReplicaSet">The name of its ReplicaSet.</param>
/// <param name="Image">Its first container's image, for people.</param>
/// <param name="StartedAt">When its rollout started; null for a revision found at adoption.</param>
public sealed record Arm(Revision Revision, string ReplicaSet, string Image, DateTimeOffset? StartedAt = null);

/// <summary>A revision that was taken back.</summary>
/// <param name="Arm">Which.</param>
/// <param name="ByCommand">Whether a person rolled it back after it had been promoted: then it stays refused even when the template leaves it and returns.</param>
/// <param name="Reason">Why.</param>
public sealed record Refusal(Arm Arm, bool ByCommand, string Reason);

/// <summary>What a rollout is doing.</summary>
public enum Stage
{
    /// <summary>Candidate pods start; no traffic.</summary>
    Preparing,

    /// <summary>Walking the plan.</summary>
    Stepping,

    /// <summary>The stable subset is pointed at the candidate while all traffic is on the candidate's own.</summary>
    SwitchingSubset,

    /// <summary>Weights go back to 100/0, now that both subsets select the candidate.</summary>
    ResettingWeights,

    /// <summary>The candidate's ReplicaSet becomes the Deployment's.</summary>
    HandingOver,

    /// <summary>Traffic goes back to stable.</summary>
    Retreating,
}

/// <summary>How a rollout ended.</summary>
public enum Outcome
{
    /// <summary>The candidate became stable.</summary>
    Promoted,

    /// <summary>Nothing served, so it became stable without analysis.</summary>
    PromotedAtZero,

    /// <summary>The verdict, or the pods, failed.</summary>
    RolledBack,

    /// <summary>A person ended it.</summary>
    Aborted,

    /// <summary>The template was set back to stable's.</summary>
    Reverted,

    /// <summary>A newer revision took its place.</summary>
    Superseded,

    /// <summary>The Deployment changed natively, past the analysis.</summary>
    Unanalysed,

    /// <summary>The Rollout, or the Deployment, was deleted.</summary>
    Released,
}

/// <summary>A rollout under way.</summary>
public sealed record Journey
{
    /// <summary>What it is doing.</summary>
    public required Stage Stage { get; init; }

    /// <summary>The step it stands in, from 0; meaningful while stepping.</summary>
    public int Step { get; init; }

    /// <summary>When it entered the stage or step, moved on by the time it was held by a person.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Since when too few candidate pods are available, moved on by every pod that becomes so; null while there are enough. The progress deadline counts from here.</summary>
    public DateTimeOffset? ShortSince { get; init; }

    /// <summary>The most candidate pods that were available while there were too few.</summary>
    public int MostAvailable { get; init; }

    /// <summary>How often all candidate pods were lost while requests went to them, since <see cref="LossesSince"/>.</summary>
    public int Losses { get; init; }

    /// <summary>When the first of <see cref="Losses"/> was; null while there is none.</summary>
    public DateTimeOffset? LossesSince { get; init; }

    /// <summary>Since when nothing may advance; the step's clock stands still meanwhile. Null while it may.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>When the hand-over may have been sent: from then there is no way back but another rollout. Null before.</summary>
    public DateTimeOffset? HandOverSentAt { get; init; }

    /// <summary>Whether the plan is left aside: all traffic at once, by a person's order.</summary>
    public bool Express { get; init; }

    /// <summary>Whether a person chose the revision, so that the Deployment's template does not lead.</summary>
    public bool ByCommand { get; init; }

    /// <summary>Who asked for it; null when the template changed by itself.</summary>
    public string? By { get; init; }

    /// <summary>How it ends; set while retreating.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>Whether a person ordered the retreat: then not even a stable revision without ready pods holds it up.</summary>
    public bool RetreatOrdered { get; init; }

    /// <summary>Why it ends so; null while it goes on.</summary>
    public string? Reason { get; init; }

    /// <summary>A revision to go to afterwards, by a person's order; null when none.</summary>
    public Revision? Next { get; init; }

    /// <summary>The name of its AnalysisRun; null when nothing is analysed.</summary>
    public string? AnalysisRun { get; init; }

    /// <summary>The fresh pods that the candidate is compared with, whatever becomes of the plan meanwhile; null when it is compared with those that serve.</summary>
    public Arm? Baseline { get; init; }

    /// <summary>Since when the candidate is exposed to requests; null before.</summary>
    public DateTimeOffset? ExposedSince { get; init; }

    /// <summary>Since when there is no data; null while there is.</summary>
    public DateTimeOffset? NoDataSince { get; init; }

    /// <summary>The metrics whose warnings were told, each once a rollout.</summary>
    public ValueList<string> Warned { get; init; } = [];
}

/// <summary>What traffic should look like.</summary>
/// <param name="StableSubset">The revision that the stable subset selects.</param>
/// <param name="CandidateSubset">The revision that the candidate subset selects.</param>
/// <param name="Weight">The candidate's share.</param>
/// <param name="SettledAt">When it was first seen to look so; null until then.</param>
/// <param name="Baseline">The baseline's part; null while its subset is not managed.</param>
public sealed record TrafficStatus(Revision StableSubset, Revision CandidateSubset, Weight Weight, DateTimeOffset? SettledAt, BaselineTraffic? Baseline = null)
{
    /// <summary>Whether the baseline gets its share of the requests.</summary>
    public bool BaselineServes => Baseline is { Serves: true };
}

/// <summary>What the baseline's traffic should look like.</summary>
/// <param name="Subset">The revision that its subset selects: the stable one while there is no baseline, so that a stray request finds somebody.</param>
/// <param name="Serves">Whether it gets its share of the requests.</param>
public sealed record BaselineTraffic(Revision Subset, bool Serves);

/// <summary>Why nothing advances.</summary>
public enum PauseReason
{
    /// <summary>The plan says so.</summary>
    Step,

    /// <summary>A person says so.</summary>
    Command,

    /// <summary>A step ended without proof.</summary>
    Inconclusive,

    /// <summary>Data stayed away.</summary>
    NoData,
}

/// <summary>Why and until when nothing advances.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">Until when; null waits for a person.</param>
/// <param name="By">Who ordered it; null when nobody did.</param>
public sealed record PauseStatus(PauseReason Reason, DateTimeOffset Since, DateTimeOffset? Until, string? By = null);

/// <summary>The part of a verdict that the Rollout remembers.</summary>
/// <param name="State">The state.</param>
/// <param name="Reason">One sentence with numbers.</param>
/// <param name="AnalysisRun">Where all of it is kept.</param>
public sealed record VerdictStatus(VerdictState State, string Reason, string? AnalysisRun);

/// <summary>A revision whose pods drain.</summary>
/// <param name="Revision">Which.</param>
/// <param name="Since">When its weight was seen at 0.</param>
public sealed record RetiringRevision(Revision Revision, DateTimeOffset Since);

/// <summary>What became of a command.</summary>
public enum CommandResult
{
    /// <summary>It was carried out.</summary>
    Accepted,

    /// <summary>It was not, for the reason given.</summary>
    Refused,
}

/// <summary>The last command and what became of it.</summary>
public sealed record CommandStatus
{
    /// <summary>The annotation's whole value.</summary>
    public required string Raw { get; init; }

    /// <summary>The sender's id; null for a bare verb.</summary>
    public string? Id { get; init; }

    /// <summary>The verb; null when the text was not understood.</summary>
    public CommandVerb? Verb { get; init; }

    /// <summary>Who sent it; null when unknown.</summary>
    public string? By { get; init; }

    /// <summary>When it was carried out or refused.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The revision it was about; null when there was none.</summary>
    public Revision? Revision { get; init; }

    /// <summary>What became of it.</summary>
    public required CommandResult Result { get; init; }

    /// <summary>One sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Whether the annotation still has to be removed.</summary>
    public bool Pending { get; init; }
}

/// <summary>A rollout of the past.</summary>
/// <param name="Revision">The candidate.</param>
/// <param name="Image">Its image.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who started or ended it; null when nobody did.</param>
/// <param name="StartedAt">When it started; null when unknown.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="From">The revision that was stable before; null when there was none.</param>
public sealed record HistoryEntry(Revision Revision, string Image, Outcome Outcome, string Reason, string? By, DateTimeOffset? StartedAt, DateTimeOffset FinishedAt, Revision? From);

/// <summary>A condition as Kubernetes knows them.</summary>
/// <param name="Type">For example <c>Ready</c>.</param>
/// <param name="Status">True, false, or null for Unknown.</param>
/// <param name="Reason">One CamelCase word.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Since">When the status last changed.</param>
public sealed record Condition(string Type, bool? Status, string Reason, string Message, DateTimeOffset Since);

/// <summary>What was found before the first change.</summary>
/// <param name="Paused">Whether the Deployment was paused.</param>
/// <param name="Traffic">The managed fields of the routes, in the router's own words; null until they were first seen in order.</param>
public sealed record Original(bool Paused, string? Traffic);

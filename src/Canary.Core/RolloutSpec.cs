using Canary.Core.Analysis;
using Canary.Core.Notifications;

namespace Canary.Core;

/// <summary>What a person asks for: one workload, its traffic, the plan and how it is judged. Checked by the mapping; trusted here.</summary>
public sealed record RolloutSpec
{
    /// <summary>The Deployment's name, in the Rollout's namespace.</summary>
    public required string Deployment { get; init; }

    /// <summary>The Service that clients call, in the Rollout's namespace.</summary>
    public required string Service { get; init; }

    /// <summary>Where the weights live.</summary>
    public required TrafficSpec Traffic { get; init; }

    /// <summary>The plan. Complete: never empty, weights rise, the last weight is 100 %.</summary>
    public required ValueList<Step> Steps { get; init; }

    /// <summary>How the candidate is judged.</summary>
    public required AnalysisSpec Analysis { get; init; }

    /// <summary>Whether the Deployment's template is put back when a rollout fails. Default false: Git stays the truth.</summary>
    public bool RevertTemplate { get; init; }

    /// <summary>How long pods may take to become available before the rollout fails. Default 10 minutes.</summary>
    public TimeSpan ProgressDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long candidate pods stay after their weight went to 0, so that requests under way can end. Default 30 seconds.</summary>
    public TimeSpan ScaleDownDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What becomes of the workload when the Rollout is deleted.</summary>
    public OnDelete OnDelete { get; init; }

    /// <summary>Who is notified of what, beside those whom the cluster's own rules name.</summary>
    public ValueList<NotificationRule> Notifications { get; init; } = [];
}

/// <summary>What becomes of the workload when its Rollout is deleted.</summary>
public enum OnDelete
{
    /// <summary>Traffic, template and pause are put back as they were found.</summary>
    Restore,

    /// <summary>Everything is left as it is.</summary>
    Orphan,
}

/// <summary>The Istio objects whose weights a rollout owns.</summary>
public sealed record TrafficSpec
{
    /// <summary>The VirtualServices, at least one.</summary>
    public required ValueList<VirtualServiceReference> VirtualServices { get; init; }

    /// <summary>The DestinationRule that holds the subsets; created when it does not exist.</summary>
    public required string DestinationRule { get; init; }

    /// <summary>The subset that serves the stable revision. Default <c>stable</c>.</summary>
    public string StableSubset { get; init; } = "stable";

    /// <summary>The subset that serves the candidate. Default <c>canary</c>.</summary>
    public string CandidateSubset { get; init; } = "canary";

    /// <summary>The subset that serves a fresh baseline. Default <c>baseline</c>.</summary>
    public string BaselineSubset { get; init; } = "baseline";

    /// <summary>How long proxies may take to learn of a change. Default 5 seconds.</summary>
    public TimeSpan Propagation { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>A VirtualService and the routes in it that are managed.</summary>
/// <param name="Name">Its name, in the Rollout's namespace.</param>
/// <param name="Routes">Names of http routes; empty means the only route that names both subsets.</param>
public sealed record VirtualServiceReference(string Name, ValueList<string> Routes);

/// <summary>How a candidate is judged.</summary>
public sealed record AnalysisSpec
{
    /// <summary>Time between two measurements. Default 5 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a pod must have been ready before its requests count, in both arms. Default 60 seconds.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The templates whose metrics are used.</summary>
    public ValueList<TemplateReference> Templates { get; init; } = [];

    /// <summary>Values for the templates' arguments.</summary>
    public ValueList<TemplateArgument> Arguments { get; init; } = [];

    /// <summary>The chance, over the whole rollout, that a candidate as good as the stable revision is rolled back: a ratio in (0, 0.5]. Default 0.01.</summary>
    public double FalseRollback { get; init; } = 0.01;

    /// <summary>The chance that a candidate worse than the acceptance margin is accepted: a ratio in (0, 0.5]. Default 0.05.</summary>
    public double MissedRegression { get; init; } = 0.05;

    /// <summary>What to do when a step ends without proof.</summary>
    public InconclusivePolicy OnInconclusive { get; init; } = InconclusivePolicy.Pause;

    /// <summary>How long the weight is held without data before <see cref="AfterNoData"/> applies. Default 30 minutes.</summary>
    public TimeSpan NoDataHold { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What to do when data stays away.</summary>
    public InconclusivePolicy AfterNoData { get; init; } = InconclusivePolicy.Pause;

    /// <summary>How many AnalysisRuns are kept, at least 1. Default 10.</summary>
    public int History { get; init; } = 10;

    /// <summary>Which pods the candidate is compared with. Default: those that serve.</summary>
    public BaselineKind Baseline { get; init; }

    /// <summary>The fewest pods of a fresh baseline, at least 1; null, the default, takes as many as its share of the requests needs: up to a third of the requests as many as the candidate has.</summary>
    public int? BaselineReplicas { get; init; }
}

/// <summary>Which pods of the stable revision a candidate is compared with.</summary>
public enum BaselineKind
{
    /// <summary>The pods that serve.</summary>
    Stable,

    /// <summary>Pods of its own, started beside the candidate's and given the same share of the requests, so that both are equally young.</summary>
    Fresh,
}

/// <summary>What to do when there is no proof either way.</summary>
public enum InconclusivePolicy
{
    /// <summary>Wait for a person.</summary>
    Pause,

    /// <summary>Go on with the plan.</summary>
    Promote,

    /// <summary>Go back to the stable revision.</summary>
    RollBack,
}

/// <summary>Names an AnalysisTemplate or ClusterAnalysisTemplate.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ClusterScope">Whether it is a ClusterAnalysisTemplate.</param>
public sealed record TemplateReference(string Name, bool ClusterScope);

/// <summary>A value for an argument of a template.</summary>
/// <param name="Name">The argument.</param>
/// <param name="Value">Its value.</param>
public sealed record TemplateArgument(string Name, string Value);

using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>When a rollout starts.</summary>
internal static class StartRules
{
    public static void Consider(Pass pass)
    {
        var status = pass.Status;
        var deployment = pass.Observed.Deployment!;
        if (status.RestartStamp is not null && status.RestartStamp == deployment.RestartStamp)
        {
            pass.Status = status = status with { RestartStamp = null };
        }

        if (deployment.Template == status.Stable!.Revision)
        {
            if (status.Refused is { ByCommand: false })
            {
                pass.Announce("Healthy", $"the Deployment asks for the stable revision {Pass.Describe(status.Stable)} again");
                pass.Status = status with { Refused = null };
            }

            return;
        }

        if (status.RestartStamp is not null)
        {
            // another template came before the stamp: it is new pods as well
            pass.Status = status = status with { RestartStamp = null };
        }

        if (status.Refused?.Arm.Revision == deployment.Template)
        {
            return;
        }

        var why = Obstacle(pass, deployment);
        pass.Waiting = why;
        if (why is not null)
        {
            return;
        }

        var existing = pass.Observed.ReplicaSetOf(deployment.Template);
        Begin(pass, deployment.Template, existing?.Name ?? $"{pass.Plan.Deployment}-{deployment.Template}", deployment.Image, byCommand: false, by: null);
    }

    /// <summary>Goes to a revision that a person ordered, if it is still there and not the stable one by now.</summary>
    public static void Follow(Pass pass, Revision? ordered, string? by)
    {
        if (ordered != pass.Status.Stable!.Revision && pass.Observed.ReplicaSetOf(ordered) is { } replicaSet)
        {
            Begin(pass, replicaSet.Revision, replicaSet.Name, replicaSet.Image, byCommand: true, by);
        }
    }

    public static void Begin(Pass pass, Revision revision, string replicaSet, string image, bool byCommand, string? by)
    {
        var status = pass.Status;
        var nothingServes = pass.Replicas == 0 && !byCommand && pass.StableReplicaSet is null or { Pods: 0 };
        var attempts = status.Attempts + 1;
        var candidate = new Arm(revision, replicaSet, image, pass.Now);
        pass.Status = status with
        {
            Attempts = attempts,
            Candidate = candidate,
            Refused = null,
            Pause = null,
            Verdict = null,
            Retiring = status.Retiring.Where(entry => entry.Revision != revision).ToValueList(),
            Journey = new Journey
            {
                Stage = nothingServes ? Stage.HandingOver : Stage.Preparing,
                EnteredAt = pass.Now,
                Express = byCommand,
                ByCommand = byCommand,
                By = by,
                Outcome = nothingServes ? Outcome.PromotedAtZero : null,
                Reason = byCommand ? $"ordered by {by ?? "a person"}" : null,
                AnalysisRun = nothingServes || byCommand ? null : AnalysisRun(pass, revision, attempts),
                Baseline = nothingServes || byCommand ? null : BaselineRules.Of(pass, attempts),
            },
        };
        pass.Announce("RolloutStarted", $"{Pass.Describe(candidate)} starts beside {Pass.Describe(status.Stable!)}{(byCommand ? $", ordered by {by ?? "a person"}" : "")}");
    }

    /// <summary>Names the AnalysisRun of a rollout; null when nothing is analysed.</summary>
    public static string? AnalysisRun(Pass pass, Revision revision, int attempt) =>
        pass.Plan.Analysis.Templates.Count > 0 ? FormattableString.Invariant($"{pass.Observed.Key.Name}-{revision}-{attempt}") : null;

    private static string? Obstacle(Pass pass, DeploymentObservation deployment)
    {
        var observed = pass.Observed;
        return pass.Status switch
        {
            _ when !observed.HasFinalizer || !deployment.Paused => "the Deployment is being taken over",
            _ when observed.Spec is null => "the spec is not valid",
            _ when observed.Traffic.Problems.Count > 0 => observed.Traffic.Problems[0].ToString(),
            { Traffic: null } => "the routes are not in order",
            { StalledSince: not null } => "another writer sets the weights",
            _ when pass.Plan.Analysis.Templates.Count > 0 && observed.Metrics is null => observed.MetricProblems.Count > 0 ? observed.MetricProblems[0].ToString() : "the analysis templates are not in order",
            { Traffic.SettledAt: null } => "the routes are being set to 100/0",
            // a moment later nothing serves and the change is promoted at once; begun now, it would wait for replicas
            _ when pass.Replicas == 0 && pass.StableReplicaSet is { Pods: > 0 } => "the Deployment was scaled to zero and its last pods end",
            _ => null,
        };
    }
}

using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>How a Rollout lets go of its workload when it is deleted.</summary>
internal static class ReleaseRules
{
    /// <summary>After this time a release ends even when routes cannot be put back, so that nothing blocks the deletion for ever.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static void Advance(Pass pass)
    {
        var status = pass.Status;
        pass.Waiting = "the workload is being released";
        if (status.Plan is null || status.Stable is null || (Orphans(status) && status is { Journey: null, Retiring.Count: 0, ReleasingSince: null }))
        {
            return;
        }

        if (status.ReleasingSince is null)
        {
            // the candidate's pods are the Rollout's and go with it, whatever is left as it is
            pass.Announce("Releasing", Orphans(status)
                ? "the Rollout is deleted: traffic goes back to stable, since the candidate's pods go with the Rollout; everything else is left as it is"
                : "the Rollout is deleted: traffic goes back to stable, everything is put back as it was found");
            pass.Status = status = status with { ReleasingSince = pass.Now };
        }

        if (status.Journey is { HandOverSentAt: not null } && pass.Observed.Deployment is not null)
        {
            PromotionRules.Advance(pass);
            return;
        }

        if (status.Journey is { Stage: not Stage.Retreating })
        {
            RetreatRules.Begin(pass, Outcome.Released, "the Rollout was deleted");
        }

        if (pass.Status.Journey is { RetreatOrdered: false } && pass.Due(status.ReleasingSince.Value + Patience))
        {
            // a deletion waits for a ready stable pod as long as for routes, and no longer
            pass.Travel(now => now with { RetreatOrdered = true });
        }

        if (pass.Status.Journey is not null)
        {
            RetreatRules.Advance(pass);
        }
    }

    /// <summary>Whether the workload is left as it is, but for what a rollout under way needs.</summary>
    public static bool Orphans(RolloutStatus status) => status.Plan is { OnDelete: OnDelete.Orphan };

    /// <summary>The effects of a release that are still undone, in their order; empty while the candidate's pods drain.</summary>
    public static IEnumerable<Effect> Undone(Pass pass)
    {
        var observed = pass.Observed;
        var status = pass.Status;
        if (!observed.HasFinalizer)
        {
            yield break;
        }

        var outOfPatience = status.Plan is { } plan && status.ReleasingSince is { } releasing && pass.Due(releasing + plan.ScaleDownDelay + Patience);
        if (observed.Deployment is { Deleting: false } widened && SurgeRules.PutBack(pass, widened) is { } surge && !outOfPatience)
        {
            yield return surge;
            yield break;
        }

        if (status.Plan is null || status.Stable is null || (Orphans(status) && status.Journey is null && (status.Retiring.Count == 0 || outOfPatience)))
        {
            yield return new Effect.RemoveFinalizer();
            yield break;
        }

        if (status.Journey is not null || Orphans(status))
        {
            yield break;
        }

        if (status.Retiring.Count > 0 && !outOfPatience)
        {
            if (status.Original is { Paused: false } && observed.Deployment is { Deleting: false, Paused: true } empty && NativeRules.Bare(pass, empty))
            {
                // the candidate's pods are the last ones and stay until the Deployment has made its own
                yield return new Effect.SetPaused(false);
            }

            yield break;
        }

        if (observed.Deployment is { Deleting: false } deployment)
        {
            if (deployment.Template != status.Stable.Revision && pass.StableReplicaSet is { } stable)
            {
                yield return new Effect.SetTemplate(stable.Name);
                yield break;
            }

            if (status.Original?.Traffic is { } snapshot && observed.Traffic.Snapshot != snapshot && !outOfPatience)
            {
                yield return new Effect.RestoreTraffic(snapshot);
                yield break;
            }

            if (status.Original is { Paused: false } && deployment.Paused)
            {
                yield return new Effect.SetPaused(false);
                yield break;
            }
        }

        yield return new Effect.RemoveFinalizer();
    }
}

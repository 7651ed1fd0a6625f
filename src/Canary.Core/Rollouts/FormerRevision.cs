using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>Which revision a rollback goes to when none is named. Pure.</summary>
public static class FormerRevision
{
    /// <summary>Finds it: the one that was stable before the present one, or else the newest that the Deployment's history has.</summary>
    /// <param name="status">What is remembered.</param>
    /// <param name="replicaSets">The revisions that there are.</param>
    /// <returns>The revision; null when no earlier one is left.</returns>
    public static Revision? Of(RolloutStatus status, IEnumerable<ReplicaSetObservation> replicaSets)
    {
        ArgumentNullException.ThrowIfNull(status);
        var kept = replicaSets.ToList();
        var stable = status.Stable?.Revision;
        var former = status.History.FirstOrDefault(entry => entry.Revision == stable && entry.Outcome is Outcome.Promoted or Outcome.PromotedAtZero or Outcome.Unanalysed)?.From;
        return kept.FirstOrDefault(replicaSet => replicaSet.Revision == former && !replicaSet.IsBaseline)?.Revision
            ?? kept.Where(replicaSet => replicaSet.Revision != stable && replicaSet.HistoryRevision is not null).MaxBy(replicaSet => replicaSet.HistoryRevision)?.Revision;
    }
}

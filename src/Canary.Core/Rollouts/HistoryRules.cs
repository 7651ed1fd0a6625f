using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>Keeps the last rollouts.</summary>
internal static class HistoryRules
{
    private const int Kept = 10;

    public static RolloutStatus Add(Pass pass, Arm candidate, Outcome outcome, string reason, string? by, Revision? from)
    {
        var entry = new HistoryEntry(candidate.Revision, candidate.Image, outcome, reason, by, candidate.StartedAt, pass.Now, from);
        return pass.Status with
        {
            History = pass.Status.History.Prepend(entry).Take(Kept).ToValueList(),
            Learned = VerdictRules.Learned(pass.Status.Learned, pass.Observed.Verdict),
        };
    }
}

namespace Canary.Statistics;

/// <summary>Carries a latency test over to other buckets.</summary>
internal static class LatencyLayoutChange
{
    /// <summary>Half of the evidence is kept safe, half is staked again: against either extreme this costs at most ln 2.</summary>
    private const double Kept = 0.5;

    public static LatencyTestState Apply(LatencyTestSettings settings, LatencyTestState state, NumberList newBounds, double stake)
    {
        var unspent = state.Unspent - stake;
        if (state.Dictionary is null)
        {
            return state with
            {
                Bounds = newBounds,
                ReferenceCounts = LatencyReference.Rebinned(state.Bounds, state.ReferenceCounts, newBounds),
                BaselineMemory = LatencyReference.Zeros(newBounds),
                CandidateCounts = LatencyReference.Zeros(newBounds),
                BaselineCounts = LatencyReference.Zeros(newBounds),
                Pending = state.Pending + stake,
                Unspent = unspent,
            };
        }

        var won = LogSpace.WeightedSum(state.Dictionary.LogWeights, state.Scores.AsSpan());
        var next = LatencyReference.Running(settings, state with
        {
            Bounds = newBounds,
            ReferenceCounts = Reference(settings, state, newBounds),
            CandidateCounts = LatencyReference.Zeros(newBounds),
            BaselineCounts = LatencyReference.Zeros(newBounds),
            Unspent = unspent,
            Frozen = LogSpace.Add(state.Frozen, won + Math.Log(Kept)),
        });
        return next with
        {
            Scores = LatencyReference.Filled(LatencyDictionary.Size, LogSpace.Add(won + Math.Log(1 - Kept), Math.Log(stake))),
            Thresholds = [.. next.Thresholds.Select(threshold => threshold with { Test = NearestTest(state, threshold.Bound) })],
        };
    }

    // recent requests say more than the first; without any, what the alternatives were made from must do
    private static NumberList Reference(LatencyTestSettings settings, LatencyTestState state, NumberList newBounds) => LatencyReference.Rebinned(
        state.Bounds,
        state.BaselineMemory.Sum() < settings.MinimumReferenceRequests ? state.ReferenceCounts : state.BaselineMemory,
        newBounds);

    private static CountTestState NearestTest(LatencyTestState state, double bound) =>
        state.Thresholds.MinBy(threshold => Math.Abs(Math.Log(threshold.Bound / bound)))!.Test; // a running test has at least one
}

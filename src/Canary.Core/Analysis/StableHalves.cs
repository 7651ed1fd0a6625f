namespace Canary.Core.Analysis;

/// <summary>Measures the stable pods against each other: equal pods whose bad requests part more unevenly than chance would have it fail in clusters.</summary>
/// <remarks>
/// Source: statistics 3.6. The halves are fixed by the pods' uids before anything is counted. It goes on during the rollout for the sake of the next one; this one is judged by
/// what was known before its exposure.
/// </remarks>
internal static class StableHalves
{
    public static DispersionRecord? Add(DispersionRecord? before, CounterJudge judge, MetricState state, IReadOnlyList<PodDeltas.PodDelta> deltas, double seconds)
    {
        var pods = deltas.Where(delta => delta.Arm == ArmName.Stable).OrderBy(delta => delta.Uid, StringComparer.Ordinal).ToList();
        var (firstRequests, firstBad, requests, bad) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < pods.Count; i++)
        {
            var (ofPod, badOfPod) = (judge.Requests(pods[i].Values), judge.Bad(state, pods[i].Values));
            requests += ofPod;
            bad += badOfPod;
            if (i % 2 == 0)
            {
                firstRequests += ofPod;
                firstBad += badOfPod;
            }
        }

        if (bad <= 0 || firstRequests <= 0 || firstRequests >= requests)
        {
            return before is null || requests <= 0 ? before : before with { Seconds = before.Seconds + seconds };
        }

        var share = firstRequests / requests;
        var deviation = firstBad - share * bad;
        before ??= new DispersionRecord(0, 0, 0);
        return new DispersionRecord(before.Squares + deviation * deviation, before.Information + bad * share * (1 - share), before.Seconds + seconds);
    }
}

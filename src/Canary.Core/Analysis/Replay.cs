namespace Canary.Core.Analysis;

/// <summary>Judges what was measured again, with the same rules as a rollout: <see cref="Judge"/>. Pure; thread-safe.</summary>
public static class Replay
{
    /// <summary>Judges rounds one after the other.</summary>
    /// <param name="metrics">What is judged. At least one.</param>
    /// <param name="spec">How it is judged.</param>
    /// <param name="rounds">The rounds in order of time; one that is not later than the one before changes nothing, as in a rollout.</param>
    /// <returns>The verdict after each round. It goes on after a decision: a rollout would have ended there, and what came later shows whether it was right.</returns>
    public static Trajectory Run(ValueList<MetricSpec> metrics, AnalysisSpec spec, IEnumerable<ReplayRound> rounds)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(rounds);
        var state = AnalysisState.Empty;
        var points = new List<TrajectoryPoint>();
        foreach (var round in rounds)
        {
            var next = Judge.Advance(metrics, spec, state, round.Exposure, round.Measurement);
            if (ReferenceEquals(next, state))
            {
                continue;
            }

            state = next;
            points.Add(new TrajectoryPoint(round.Measurement.At, round.Exposure.Weight, round.Exposure.Since, Judge.Conclude(metrics, spec, state)));
        }

        var steps = Steps(points).ToValueList();
        return new Trajectory
        {
            Metrics = metrics,
            Spec = spec,
            Points = points.ToValueList(),
            Steps = steps,
            Decision = Decide(metrics, points, steps),
            State = state,
        };
    }

    private static IEnumerable<StepOutcome> Steps(List<TrajectoryPoint> points)
    {
        for (var start = points.FindIndex(point => point.ExposedSince is not null); start >= 0 && start < points.Count;)
        {
            var end = start;
            while (end + 1 < points.Count && points[end + 1].Weight == points[start].Weight)
            {
                end++;
            }

            var decided = points[start..(end + 1)].Find(point => IsDecision(point.Verdict.State));
            var shown = decided ?? points[end];
            yield return new StepOutcome(points[start].Weight, points[start].At, points[end].At, shown.Verdict.State, decided?.At, shown.Verdict.Reason);
            start = end + 1;
        }
    }

    private static ReplayDecision Decide(ValueList<MetricSpec> metrics, List<TrajectoryPoint> points, ValueList<StepOutcome> steps)
    {
        // evidence against a candidate acts in every step; acceptance only lets the step go that it came in
        var moment = points.Find(point => point.Verdict.State == VerdictState.Fail)
            ?? points.Find(point => steps.Count > 0 && steps[^1].State == VerdictState.Pass && point.At == steps[^1].DecidedAt);
        if (moment is null)
        {
            return points.Count == 0
                ? new ReplayDecision(VerdictState.Unknown, null, null, 0, "nothing was measured")
                : new ReplayDecision(points[^1].Verdict.State is VerdictState.Unknown ? VerdictState.Unknown : VerdictState.Running, null, null, Bad(metrics, points[^1]), points[^1].Verdict.Reason);
        }

        return new ReplayDecision(moment.Verdict.State, moment.At, moment.At - moment.ExposedSince, Bad(metrics, moment), moment.Verdict.Reason);
    }

    private static bool IsDecision(VerdictState state) => state is VerdictState.Pass or VerdictState.Fail;

    private static double Bad(ValueList<MetricSpec> metrics, TrajectoryPoint point) => point.Verdict.Metrics
        .Where((_, i) => i < metrics.Count && metrics[i] is MetricSpec.ErrorRate)
        .Select(metric => metric.CandidateBad)
        .DefaultIfEmpty(0)
        .Max();
}

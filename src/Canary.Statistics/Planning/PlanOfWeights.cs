namespace Canary.Statistics;

/// <summary>The fastest plan of weights for a given exposure.</summary>
/// <remarks>
/// <para>Information grows less than in proportion to the weight, so each regression is seen with least loss at the smallest weight and soonest at the largest that the budget of lost
/// requests allows. What limits the first weight is a candidate that fails every request before the first look; once a look would have shown that, the weight may climb to what the next smaller
/// regression allows, and so on. In each block the plan takes the largest weight at which no regression that is still unseen is expected to cost more than the budget.</para>
/// <para>Expected values throughout, with the delay of <see cref="StatisticsDefaults.DelayFactor"/>. Source: docs/analysis.md; compared with all short plans in PlanOfWeightsTests. Pure; thread-safe.</para>
/// </remarks>
public static class PlanOfWeights
{
    private const int Regressions = 48;
    private const int MostBlocks = 100_000;

    /// <summary>Finds the plan.</summary>
    /// <param name="settings">A test of the rollback side.</param>
    /// <param name="requestRate">Requests per second of both arms together; finite, greater than 0.</param>
    /// <param name="baselineErrorRatio">Share of the baseline's requests that are bad, in (0, 1).</param>
    /// <param name="smallestRatio">The smallest regression to be seen, as a multiple of the baseline's rate; beyond the margin.</param>
    /// <param name="lostRequests">Requests that may be lost to any one regression, expected; finite, greater than 0.</param>
    /// <param name="logThreshold">Log evidence that decides; finite, greater than 0.</param>
    /// <param name="weights">Weights to choose from, each in (0, 1), any order; null for 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25 and 50 %.</param>
    /// <param name="blockSeconds">Time between looks, seconds; greater than 0.</param>
    /// <param name="reactionSeconds">Time from a look until the traffic is away, seconds; 0 or more.</param>
    /// <returns>The plan; null when no plan can keep the budget, or the smallest regression is too small to be seen at all.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="settings"/> are of the acceptance side, or there is no weight.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static WeightPlan? Fastest(
        CountTestSettings settings,
        double requestRate,
        double baselineErrorRatio,
        double smallestRatio,
        double lostRequests,
        double logThreshold,
        IReadOnlyList<double>? weights = null,
        double blockSeconds = StatisticsDefaults.BlockSeconds,
        double reactionSeconds = StatisticsDefaults.ReactionSeconds)
    {
        RequireRollback(settings);
        Require.Positive(requestRate);
        Require.Probability(baselineErrorRatio);
        Require.Positive(smallestRatio);
        Require.Positive(lostRequests);
        Require.Positive(logThreshold);
        Require.Positive(blockSeconds);
        Require.NotNegative(reactionSeconds);
        var choice = (weights ?? StatisticsDefaults.PlanWeights).Select(weight => Require.Probability(weight, nameof(weights))).Order().ToArray();
        if (choice.Length == 0)
        {
            throw new ArgumentException("At least one weight is needed.", nameof(weights));
        }

        var regressions = RegressionsFrom(smallestRatio, baselineErrorRatio).Select(ratio => new Regression(ratio, choice.Length)).ToArray();
        foreach (var regression in regressions)
        {
            for (var i = 0; i < choice.Length; i++)
            {
                regression.Growth[i] = CountPlanning.NatsPerSecond(settings, new WeightStep(choice[i], 0).Traffic(requestRate, baselineErrorRatio), regression.Ratio);
                regression.Loss[i] = (Math.Min(1, regression.Ratio * baselineErrorRatio) - baselineErrorRatio) * requestRate * choice[i];
            }
        }

        return Climb(regressions, choice, StatisticsDefaults.DelayFactor * logThreshold, lostRequests, blockSeconds, reactionSeconds);
    }

    private static WeightPlan? Climb(Regression[] regressions, double[] weights, double needed, double budget, double block, double reaction)
    {
        var steps = new List<WeightStep>();
        var at = -1;
        for (var blocks = 0; blocks < MostBlocks; blocks++)
        {
            var next = at;
            for (var i = weights.Length - 1; i > at; i--)
            {
                // no faster for the smallest regression, no reason to expose more
                if ((at < 0 || regressions[0].Growth[i] > regressions[0].Growth[at]) && Array.TrueForAll(regressions, regression => regression.CostAt(i, needed, block, reaction) <= budget))
                {
                    next = i;
                    break;
                }
            }

            if (next < 0 || regressions[0].Growth[next] == 0)
            {
                return null;
            }

            at = next;
            foreach (var regression in regressions)
            {
                regression.Spend(at, needed, block, reaction);
            }

            Append(steps, weights[at], block);
            if (regressions[0].IsSeen)
            {
                var costliest = regressions.MaxBy(regression => regression.Lost)!;
                return new(steps, steps.Sum(step => step.Seconds), costliest.Lost, costliest.Ratio);
            }
        }

        return null;
    }

    private static void Append(List<WeightStep> steps, double weight, double seconds)
    {
        if (steps.Count > 0 && steps[^1].CandidateShare == weight)
        {
            steps[^1] = new(weight, steps[^1].Seconds + seconds);
        }
        else
        {
            steps.Add(new(weight, seconds));
        }
    }

    /// <summary>From the smallest regression to a candidate that fails every request.</summary>
    private static IEnumerable<double> RegressionsFrom(double smallest, double baselineErrorRatio)
    {
        var span = Math.Max(0, Math.Log(1 / (smallest * baselineErrorRatio)));
        return Enumerable.Range(0, Regressions).Select(i => smallest * Math.Exp(span * i / (Regressions - 1)));
    }

    private static void RequireRollback(CountTestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (!settings.SeeksWorse)
        {
            throw new ArgumentException("Only a rollback test sees regressions.", nameof(settings));
        }
    }

    private sealed class Regression(double ratio, int weights)
    {
        public double Ratio => ratio;

        /// <summary>Nats per second at each weight.</summary>
        public double[] Growth { get; } = new double[weights];

        /// <summary>Requests lost per second at each weight.</summary>
        public double[] Loss { get; } = new double[weights];

        public double Lost { get; private set; }

        public bool IsSeen { get; private set; }

        private double Evidence { get; set; }

        /// <summary>What it would have cost in the end if the weight stayed at this one.</summary>
        public double CostAt(int weight, double needed, double block, double reaction) =>
            IsSeen ? 0 : Growth[weight] == 0 ? double.PositiveInfinity : Lost + Loss[weight] * (block * Math.Ceiling((needed - Evidence) / (Growth[weight] * block)) + reaction);

        /// <summary>One block at this weight.</summary>
        public void Spend(int weight, double needed, double block, double reaction)
        {
            if (IsSeen)
            {
                return;
            }

            Evidence += Growth[weight] * block;
            IsSeen = Evidence >= needed * (1 - 1e-12);
            Lost += Loss[weight] * (block + (IsSeen ? reaction : 0));
        }
    }
}

using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>The least time that any sequential test of error counts needs, on average and with full power, to prove that the candidate is on one side of a margin.</summary>
/// <remarks>The divergence of both arms from the nearest pair of ratios on the margin, found by ternary search of a convex function.</remarks>
internal static class MarginBound
{
    private const int Rounds = 200;

    /// <summary>The bound in seconds; positive infinity when the pair is on the margin.</summary>
    /// <param name="moment">Traffic and true error ratios.</param>
    /// <param name="marginRatio">r of the margin r p + d.</param>
    /// <param name="marginDifference">d of the margin.</param>
    /// <param name="logThreshold">Log evidence that decides.</param>
    public static double Seconds(in ErrorMoment moment, double marginRatio, double marginDifference, double logThreshold) =>
        logThreshold / NatsPerSecond(moment, marginRatio, marginDifference);

    /// <summary>Information per second, nats.</summary>
    public static double NatsPerSecond(ErrorMoment moment, double marginRatio, double marginDifference)
    {
        double Nats(double baseline) =>
            moment.CandidateRate * InformationBound.Divergence(moment.CandidateErrors, marginRatio * baseline + marginDifference)
            + moment.BaselineRate * InformationBound.Divergence(moment.BaselineErrors, baseline);

        var (low, high) = (1e-12, (1 - 1e-12 - marginDifference) / Math.Max(1, marginRatio));
        for (var i = 0; i < Rounds; i++)
        {
            var (left, right) = (low + (high - low) / 3, high - (high - low) / 3);
            (low, high) = Nats(left) <= Nats(right) ? (low, right) : (left, high);
        }

        return Nats((low + high) / 2);
    }

    /// <summary>When enough information has come together in traffic that changes, seconds from the start; positive infinity when not within the time.</summary>
    /// <param name="at">Traffic in a block, from 0.</param>
    /// <param name="blocks">How long to look.</param>
    /// <param name="blockSeconds">Length of a block.</param>
    /// <param name="logThreshold">Log evidence that decides.</param>
    public static double Seconds(Func<int, ErrorMoment> at, int blocks, double blockSeconds, double logThreshold)
    {
        var missing = logThreshold;
        for (var block = 0; block < blocks; block++)
        {
            var moment = at(block);
            var rate = moment.CandidateErrors > moment.BaselineErrors ? NatsPerSecond(moment, 1, 0) : 0;
            if (rate * blockSeconds >= missing)
            {
                return block * blockSeconds + missing / rate;
            }

            missing -= rate * blockSeconds;
        }

        return double.PositiveInfinity;
    }
}

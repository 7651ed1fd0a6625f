namespace Canary.Statistics;

/// <summary>A bet that the rates are an alternative rather than anything within the margin: the likelihood ratio to the point of the margin that is nearest to the alternative.</summary>
/// <remarks>
/// With (c, b) on the line c = r0 b + d0 where nc KL(p1c | c) + nb KL(p1b | b) is least, the expected gains of single requests add up to
/// nc (p1c - c) / (c (1 - c)) x (pc - r0 pb - d0) over both arms, whatever the averages pc and pb of the true rates: not above 0 on the other side of the line from the alternative.
/// Source: R. J. Turner, A. Ly, P. Grünwald, "Generic e-variables for exact sequential k-sample tests" (2024); docs/analysis.md.
/// </remarks>
internal readonly record struct BinomialBet(double Candidate, double Baseline, double MarginCandidate, double MarginBaseline)
{
    private const int Bisections = 200;

    /// <summary>Finds the point of the margin.</summary>
    /// <param name="candidate">The alternative's rate of the candidate, in (0, 1).</param>
    /// <param name="baseline">The alternative's rate of the baseline, in (0, 1).</param>
    /// <param name="block">The exposure; both arms had requests.</param>
    /// <param name="marginRatio">r0, greater than 0.</param>
    /// <param name="marginDifference">d0, in [0, 1).</param>
    public static BinomialBet Against(double candidate, double baseline, in CountBlock block, double marginRatio, double marginDifference)
    {
        // the nearest point lies between the two points of the line that share a rate with the alternative
        var level = (candidate - marginDifference) / marginRatio;
        var low = Math.Max(0, Math.Min(baseline, level));
        var high = Math.Min(Math.Max(baseline, level), Math.Min(1, (1 - marginDifference) / marginRatio));
        for (var i = 0; i < Bisections; i++)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high)
            {
                break;
            }

            var at = marginRatio * middle + marginDifference;
            var slope = block.BaselineRequests * (middle - baseline) / (middle * (1 - middle))
                + marginRatio * block.CandidateRequests * (at - candidate) / (at * (1 - at));
            (low, high) = slope > 0 ? (low, middle) : (middle, high);
        }

        var found = low + (high - low) / 2;
        return new(candidate, baseline, marginRatio * found + marginDifference, found);
    }

    /// <summary>Log of what the bet returns for a block.</summary>
    public double LogReturn(in CountBlock block) =>
        Part(block.CandidateErrors, block.CandidateRequests, Candidate, MarginCandidate) + Part(block.BaselineErrors, block.BaselineRequests, Baseline, MarginBaseline);

    private static double Part(double errors, double requests, double alternative, double margin)
    {
        // ln(a / m) as ln(1 + (a - m) / m): the two are often close
        var apart = alternative - margin;
        return errors * LogSpace.LogOnePlus(apart / margin) + (requests - errors) * LogSpace.LogOnePlus(-apart / (1 - margin));
    }
}

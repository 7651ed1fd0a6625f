using CsCheck;

namespace Canary.Statistics.Tests;

/// <summary>Adds up every outcome of a few independent requests over three buckets.</summary>
public sealed class OrderedBetTests
{
    private const int Buckets = 3;

    private static readonly Gen<(double, double)> Pair = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]);

    [Fact]
    public void Increment_CandidateWithinTheMargin_ExpectsAtMostOne() =>
        Gen.Select(
            Gen.Int[1, 3],
            Gen.Int[1, 3],
            Gen.Select(Gen.OneOf(Gen.Const(1.0), Gen.Double[0.6, 2]), Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 0.2])),
            Pair,
            Pair,
            Gen.Double[-3, 3].Array[Buckets],
            Gen.Double[-1, 1])
        .Sample(
            (candidates, baselines, margin, slower, part, logRatios, logScale) =>
            {
                var (ratio, allowance) = margin;
                var (first, second) = (Math.Max(slower.Item1, slower.Item2), Math.Min(slower.Item1, slower.Item2));

                // exceedances of the candidate anywhere up to the margin; most interesting is the margin itself
                var candidateFirst = Math.Min(1, ratio * first + allowance) * Math.Pow(part.Item1, 0.2);
                var candidateSecond = Math.Min(candidateFirst, Math.Min(1, ratio * second + allowance) * Math.Pow(part.Item2, 0.2));
                Array.Sort(logRatios);
                return Expectation(
                    logRatios,
                    Math.Exp(logScale),
                    candidates,
                    baselines,
                    ratio,
                    allowance,
                    [1 - candidateFirst, candidateFirst - candidateSecond, candidateSecond],
                    [1 - first, first - second, second]) <= 1 + 1e-9;
            },
            iter: 5000);

    [Fact]
    public void Increment_SameDistributionOnTheMargin_ExpectsOneAtMostAndNearlyOneForOneRequestEach()
    {
        double[] shares = [0.5, 0.3, 0.2];
        double[] ratios = [0.8, 1.0, 1.5];

        var expectation = Expectation([.. ratios.Select(ratio => Math.Log(ratio))], 1.0, 1, 1, 1, 0, shares, shares);

        Assert.InRange(expectation, 0.9, 1.0 + 1e-12);
    }

    [Fact]
    public void Increment_SlowerCandidate_ExpectsMoreThanOne() =>
        Assert.True(Expectation([-1, 0, 1], 0.8, 3, 3, 1, 0, [0.1, 0.2, 0.7], [0.7, 0.2, 0.1]) > 1.5);

    private static double Expectation(
        double[] logRatios, double scale, int candidates, int baselines, double ratio, double allowance, double[] candidate, double[] baseline)
    {
        var ratios = logRatios.Select(value => Math.Exp(value)).ToArray();
        var share = (double)candidates / (candidates + baselines);
        var sum = 0.0;
        foreach (var (candidateCounts, candidateChance) in Outcomes(candidates, candidate))
        {
            foreach (var (baselineCounts, baselineChance) in Outcomes(baselines, baseline))
            {
                sum += candidateChance * baselineChance
                    * Math.Exp(OrderedBet.Increment(ratios, logRatios, scale, share, ratio, allowance, candidateCounts, baselineCounts));
            }
        }

        return sum;
    }

    private static IEnumerable<(double[] Counts, double Chance)> Outcomes(int requests, double[] shares)
    {
        if (requests == 0)
        {
            yield return (new double[Buckets], 1);
            yield break;
        }

        foreach (var (counts, chance) in Outcomes(requests - 1, shares))
        {
            for (var bucket = 0; bucket < Buckets; bucket++)
            {
                var next = counts.ToArray();
                next[bucket]++;
                yield return (next, chance * shares[bucket]);
            }
        }
    }
}

using System.Text.Json;
using CsCheck;
using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

/// <summary>Confidence sequences of quantiles and the test of a quantile with a margin.</summary>
public sealed class QuantileTests
{
    private const double Slack = 1 + 1e-9;

    private sealed record ExceedanceVector(double Exceed, double N, double Tau, string Direction, double LogE);

    // a factor of 2^(1/4) from 20 ms to 2.2 s
    private static readonly NumberList Fine = NumberList.From(Enumerable.Range(0, 28).Select(i => 20 * Math.Pow(2, i / 4.0)));

    [Fact]
    public void ExceedanceEvidence_Vectors_AreMet()
    {
        var vectors = Vector.Read<ExceedanceVector[]>("quantile-exceedance.json");

        Assert.Equal(4, vectors.Length);
        Assert.All(vectors, vector => Vector.Near(
            vector.LogE,
            vector.Direction == "more" ? ExceedanceEvidence.More(vector.Tau).Of(vector.Exceed, vector.N) : ExceedanceEvidence.Fewer(vector.Tau).Of(vector.Exceed, vector.N)));
    }

    [Fact]
    public void ExceedanceEvidence_ShareOnTheRightSide_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 30], Gen.Double[0.001, 0.999], Gen.Double[0, 1]).Sample((requests, share, part) =>
        {
            var (less, more) = (share * part, share + (1 - share) * part);

            Assert.True(Enumerable.Range(0, requests + 1).Sum(x => Binomial.PMF(less, requests, x) * Math.Exp(More(x, requests, share))) <= Slack);
            Assert.True(Enumerable.Range(0, requests + 1).Sum(x => Binomial.PMF(more, requests, x) * Math.Exp(Fewer(x, requests, share))) <= Slack);
        });

    [Fact]
    public void ExceedanceEvidence_MoreExceeding_IsMoreEvidence() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Int[0, 999], Gen.Double[0.001, 0.999]).Sample((requests, exceeding, share) =>
        {
            var fewer = exceeding % requests;
            Assert.True(More(fewer + 1, requests, share) > More(fewer, requests, share));
            Assert.True(Fewer(fewer + 1, requests, share) < Fewer(fewer, requests, share));
        });

    [Fact]
    public void Of_GrowingSample_ClosesInOnTheQuantileAndRarelyMissesIt()
    {
        var missed = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            var world = new LatencyWorld(seed);
            var counts = NumberList.Create(new double[12]);
            var isMissed = false;
            for (var block = 0; block < 120; block++)
            {
                // p90 is 216 ms, in (100, 250]; looked at after each block
                counts = counts.Plus(world.Counts(100));
                var interval = QuantileSequence.Of(LatencyWorld.Bounds, counts, 0.9);
                isMissed |= interval.Lower >= 216 || interval.Upper < 216;
                Assert.True(interval.Lower < interval.Upper);
            }

            missed += isMissed ? 1 : 0;
            Assert.Equal(new(100, 250), QuantileSequence.Of(LatencyWorld.Bounds, counts, 0.9));
        }

        Assert.InRange(missed / 100.0, 0, 0.05);
    }

    [Fact]
    public void Of_FewRequests_SaysLittle()
    {
        Assert.Equal(new(0, double.PositiveInfinity), QuantileSequence.Of([1, 2], [0, 0, 0], 0.5));
        Assert.Equal(new(0, double.PositiveInfinity), QuantileSequence.Of([1, 2], [1, 1, 1], 0.5));
        Assert.Equal(new(2, double.PositiveInfinity), QuantileSequence.Of([1, 2], [0, 0, 100], 0.5));
        Assert.Equal(new(0, 1), QuantileSequence.Of([1, 2], [100, 0, 0], 0.5));
        Assert.Equal(new(1, 2), QuantileSequence.Of([1, 2], [1e15, 9e15, 1e15], 0.5));
        Assert.Equal(new(0, double.PositiveInfinity), QuantileSequence.Of([1, 2], [0, 0, 100], 0.5, dispersion: 100));
        Assert.Throws<ArgumentException>(() => QuantileSequence.Of([1, 2], [0, 0], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => QuantileSequence.Of([1], [1, double.NaN], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => QuantileSequence.Of([1], [1, -1], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => QuantileSequence.Of([1], [1, 1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => QuantileSequence.Of([1], [1, 1], 0.5, 0));
    }

    [Fact]
    public void LogEvidence_QuantileWithinTheMargin_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Double[0.05, 0.95], Gen.Double[1, 4], Shares, Shares, Gen.Bool).Sample(
            (candidates, baselines, probability, margin, candidate, baseline, slower) =>
            {
                // latencies at bounds, so that each arm's quantile is one of these
                NumberList bounds = [1, 2, 4];
                double[] latencies = [1, 2, 4, 8];
                var (qc, qb) = (latencies[Quantile(candidate, probability)], latencies[Quantile(baseline, probability)]);
                if (slower ? qc > margin * qb : qc < margin * qb)
                {
                    return true;
                }

                var settings = new QuantileTestSettings(probability, margin, slower);
                return Outcomes(candidates, candidate).Sum(own => Outcomes(baselines, baseline).Sum(other =>
                    own.Chance * other.Chance * Math.Exp(QuantileTest.LogEvidence(settings, QuantileTest.Advance(settings, QuantileTest.Start(bounds), new(bounds, own.Counts, other.Counts)))))) <= Slack;
            },
            iter: 1000);

    [Fact]
    public void LogEvidence_BlocksSplitOrMerged_IsThatOfAllRequests()
    {
        var settings = new QuantileTestSettings(0.9, 1.2);
        var world = new LatencyWorld(4);
        var blocks = Enumerable.Range(0, 20).Select(_ => world.Block(100, 900, LatencyWorld.Shares(1.5))).ToArray();

        var one = blocks.Aggregate(QuantileTest.Start(LatencyWorld.Bounds), (state, block) => QuantileTest.Advance(settings, state, block));
        var merged = QuantileTest.Advance(settings, QuantileTest.Start(LatencyWorld.Bounds), blocks.Reverse().Aggregate((sum, block) => sum.Plus(block)));

        Assert.Equal(QuantileTest.LogEvidence(settings, one), QuantileTest.LogEvidence(settings, merged));
        Assert.True(one.MaximumLogEvidence >= QuantileTest.LogEvidence(settings, one));
    }

    [Fact]
    public void Advance_OneRequestSlower_IsMoreEvidenceAgainstTheCandidateAndLessForIt() =>
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 10]).Sample((seed, bucket) =>
        {
            var block = new LatencyWorld(seed).Block(200, 900);
            var (faster, slower) = (block.Candidate.ToArray(), block.Candidate.ToArray());
            faster[bucket]++;
            slower[bucket + 1]++;
            foreach (var worse in new[] { true, false })
            {
                var settings = new QuantileTestSettings(0.9, 1.2, worse);
                double Evidence(double[] candidate) =>
                    QuantileTest.LogEvidence(settings, QuantileTest.Advance(settings, QuantileTest.Start(block.Bounds), new(block.Bounds, NumberList.Create(candidate), block.Baseline)));

                Assert.True(worse ? Evidence(slower) >= Evidence(faster) : Evidence(slower) <= Evidence(faster));
            }
        });

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void Advance_CandidateOnTheMargin_IsRarelyRolledBackOrAccepted(double probability)
    {
        // the worst null: the quantile is longer by exactly the margin, and the margin is a step of the buckets
        var margin = Math.Sqrt(2);
        var rolledBack = Enumerable.Range(0, 60).Count(seed => BlocksUntil(new(probability, margin), seed, margin, 0.05) <= 120);
        var accepted = Enumerable.Range(0, 60).Count(seed => BlocksUntil(new(probability, margin, false), seed, margin, 0.05) <= 120);

        Assert.InRange(rolledBack / 60.0, 0, 0.05);
        Assert.InRange(accepted / 60.0, 0, 0.05);
    }

    [Fact]
    public void Advance_QuantileDoubledOrEqual_IsRolledBackOrAccepted()
    {
        var margin = Math.Sqrt(2);
        var doubled = Enumerable.Range(0, 40).Select(seed => BlocksUntil(new(0.9, margin), seed, 2, 0.01)).Order().ToArray();
        var equal = Enumerable.Range(0, 40).Select(seed => BlocksUntil(new(0.9, margin, false), seed, 1, 0.05)).Order().ToArray();

        // 100 requests/s, 10 % to the candidate
        Assert.InRange(10 * doubled[20], 20, 120);
        Assert.InRange(10 * equal[20], 20, 120);
    }

    [Fact]
    public void Advance_EvidenceThatFades_KeepsItsMaximum()
    {
        var settings = new QuantileTestSettings(0.9, 1.2);
        var slow = QuantileTest.Advance(settings, QuantileTest.Start([1, 2]), new([1, 2], [0, 0, 200], [1000, 0, 0]));

        var faded = QuantileTest.Advance(settings, slow, new([1, 2], [5000, 0, 0], [1000, 0, 0]));

        Assert.Equal(QuantileTest.LogEvidence(settings, slow), slow.MaximumLogEvidence);
        Assert.True(slow.MaximumLogEvidence > QuantileTest.LogEvidence(settings, faded));
        Assert.Equal(slow.MaximumLogEvidence, faded.MaximumLogEvidence);
    }

    [Fact]
    public void Advance_OddBlocks_AreDefined()
    {
        var settings = new QuantileTestSettings(0.9, 1.2);
        var state = QuantileTest.Start([1, 2]);

        Assert.Same(state, QuantileTest.Advance(settings, state, new([1, 3], [1, 1, 1], [1, 1, 1])));
        Assert.Equal(0, QuantileTest.LogEvidence(settings, state), 1e-12);
        Assert.Equal(0, QuantileTest.LogEvidence(settings, QuantileTest.Advance(settings, state, new([1, 2], [0, 0, 0], [0, 0, 0]))), 1e-12);
        var large = new HistogramBlock([1, 2], [0, 0, 9007199254740992], [9007199254740992, 0, 0]);
        var far = QuantileTest.Advance(settings, QuantileTest.Advance(settings, state, large), large);
        Assert.True(double.IsFinite(QuantileTest.LogEvidence(settings, far)));
        Assert.Equal(far, QuantileTestState.FromNumbers(far.ToNumbers()));
        
        // what is slower than the last bound has no quantile
        Assert.Equal(0, QuantileTest.LogEvidence(settings, QuantileTest.Advance(settings, QuantileTest.Start([1]), new([1], [0, 100], [1000, 0]))), 1e-12);
    }

    [Fact]
    public void FromNumbers_StoredAndDamaged_IsTheSameOrRefused()
    {
        var settings = new QuantileTestSettings(0.9, 1.2);
        var state = QuantileTest.Advance(settings, QuantileTest.Start(LatencyWorld.Bounds), new LatencyWorld(1).Block(100, 900));
        var numbers = JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(state.ToNumbers().ToArray()))!;

        Assert.Equal(state, QuantileTestState.FromNumbers(numbers));
        Assert.Throws<ArgumentException>(() => QuantileTestState.FromNumbers(numbers[..^1]));
        Assert.Throws<ArgumentException>(() => QuantileTestState.FromNumbers([.. numbers, 1]));
        Assert.Throws<ArgumentException>(() => QuantileTestState.FromNumbers([1, 2, 1, 2, 2, 1, 1, 3, 1, 1, 1, 0]));
        Assert.Throws<ArgumentException>(() => QuantileTestState.FromNumbers([1, 1, 1, 2, -1, 1, 2, 1, 1, 0]));
    }

    [Fact]
    public void QuantileTestSettings_WrongNumbers_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantileTestSettings(0, 1.2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantileTestSettings(0.9, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantileTestSettings(0.9, 1.2, dispersion: 0.5));
    }

    private static double More(double exceeding, double requests, double share) => ExceedanceEvidence.More(share).Of(exceeding, requests);

    private static double Fewer(double exceeding, double requests, double share) => ExceedanceEvidence.Fewer(share).Of(exceeding, requests);

    private static Gen<double[]> Shares => Gen.Double[0, 1].Array[4].Select(values => values.Sum() > 0 ? values.Select(value => value / values.Sum()).ToArray() : [1, 0, 0, 0]);

    private static int Quantile(double[] shares, double probability)
    {
        var bucket = 0;
        for (var slower = 1 - shares[0]; bucket < 3 && slower > 1 - probability; slower -= shares[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    private static IEnumerable<(NumberList Counts, double Chance)> Outcomes(int requests, double[] shares)
    {
        if (requests == 0)
        {
            return [(NumberList.Create(new double[4]), 1)];
        }

        return Outcomes(requests - 1, shares).SelectMany(outcome => Enumerable.Range(0, 4).Select(bucket =>
        {
            var counts = outcome.Counts.ToArray();
            counts[bucket]++;
            return (NumberList.Create(counts), outcome.Chance * shares[bucket]);
        }));
    }

    /// <summary>Blocks of 100 and 900 requests until evidence is reached; all latencies of the candidate times a factor, the baseline's median chosen so that its quantile is a bound.</summary>
    private static int BlocksUntil(QuantileTestSettings settings, int seed, double factor, double errorProbability)
    {
        var median = Fine[14] / Math.Exp(0.6 * Normal.InvCDF(0, 1, settings.Probability));
        var random = new Random(seed);
        var state = QuantileTest.Start(Fine);
        var (own, other) = (Chances(median * factor), Chances(median));
        for (var block = 1; block <= 150; block++)
        {
            state = QuantileTest.Advance(settings, state, new(Fine, Draw(random, own, 100), Draw(random, other, 900)));
            if (Thresholds.IsReached(QuantileTest.LogEvidence(settings, state), errorProbability))
            {
                return block;
            }
        }

        return 151;
    }

    private static double[] Chances(double median)
    {
        var below = Fine.Select(bound => Normal.CDF(Math.Log(median), 0.6, Math.Log(bound))).ToArray();
        return [below[0], .. below.Zip(below.Skip(1), (low, high) => high - low), 1 - below[^1]];
    }

    private static NumberList Draw(Random random, double[] chances, double requests) =>
        NumberList.From(chances.Select(chance => chance * requests < 1e-12 ? 0.0 : Poisson.Sample(random, chance * requests)));
}

using System.Text.Json;
using CsCheck;

namespace Canary.Statistics.Tests;

/// <summary>Adds up every outcome of small experiments with the whole latency test: the expectation of the evidence is at most 1 under the hypothesis it speaks against.</summary>
public sealed class LatencyTestExactnessTests
{
    private const double Slack = 1 + 1e-9;

    private static readonly NumberList Bounds = [10, 20];

    private static readonly NumberList OtherBounds = [15];

    private static readonly Gen<double> Margin = Gen.OneOf(Gen.Const(1.0), Gen.Double[0.7, 2]);

    private static readonly Gen<double> Allowance = Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 0.2]);

    private static readonly Gen<(double, double)> Pair = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]);

    [Fact]
    public void Evidence_CandidateWithinTheMargin_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 5], Margin, Allowance, Pair, Pair, Reference).Sample(
            (candidates, baselines, ratio, allowance, slower, part, reference) =>
            {
                var (candidate, baseline) = Shares(ratio, allowance, slower, part);
                return Expectation(new(ratio, allowance), reference, 1, [(candidates, baselines, candidate, baseline)], (_, state) => state) <= Slack;
            },
            iter: 1000);

    [Fact]
    public void Evidence_RestartBetweenBlocksOfOtherRatesAndWeights_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 2], Gen.Int[1, 3], Margin, Pair, Pair, Pair, Reference, Gen.Double[0.1, 1]).Sample(
            (candidates, baselines, ratio, first, second, part, reference, share) =>
            {
                var (candidate, baseline) = Shares(ratio, 0, first, part);
                var (laterCandidate, laterBaseline) = Shares(ratio, 0, second, (1, 1));
                return Expectation(
                    new(ratio),
                    reference,
                    share,
                    [(candidates, baselines, candidate, baseline), (baselines, candidates, laterCandidate, laterBaseline)],
                    (_, state) => LatencyTest.Restart(state, 0.3)) <= Slack;
            },
            iter: 60);

    [Fact]
    public void Evidence_OtherBucketsBetweenBlocks_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 2], Gen.Int[1, 3], Margin, Pair, Gen.Double[0, 1], Pair, Reference, Gen.Double[0.1, 1]).Sample(
            (candidates, baselines, ratio, first, second, part, reference, share) =>
            {
                var settings = new LatencyTestSettings(ratio, minimumReferenceRequests: 1);
                var (candidate, baseline) = Shares(ratio, 0, first, part);
                return Expectation(
                    settings,
                    reference,
                    share,
                    [(candidates, baselines, candidate, baseline), (baselines, candidates, [1 - Math.Min(1, ratio * second), Math.Min(1, ratio * second)], [1 - second, second])],
                    (_, state) => LatencyTest.ChangeLayout(settings, state, OtherBounds, 0.4)) <= Slack;
            },
            iter: 60);

    [Fact]
    public void Evidence_RequestsThatAreSlowInClusters_ExpectsAtMostOneWithTheirSizeAsDispersion() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[2, 4], Margin, Pair, Pair, Reference).Sample(
            (candidates, baselines, size, ratio, slower, part, reference) =>
            {
                // all requests of a cluster take equally long
                var (candidate, baseline) = Shares(ratio, 0, slower, part);
                var start = LatencyTest.Start(new(ratio, dispersion: size), Bounds, reference);
                return Outcomes(candidates, candidate).Sum(own => Outcomes(baselines, baseline).Sum(other => own.Chance * other.Chance
                    * Evidence(new(ratio, dispersion: size), start, new(Bounds, Times(own.Counts, size), Times(other.Counts, size))))) <= Slack;
            },
            iter: 500);

    [Fact]
    public void Evidence_ClustersAcrossTheArms_ExpectsAtMostOneWithTheirSizeAsDispersion() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 3], Pair, Reference).Sample(
            (pairs, alone, slower, reference) =>
            {
                // a request to each arm by the same caller, equally slow in both, and some to the baseline alone
                var (_, shares) = Shares(1, 0, slower, (1, 1));
                var settings = new LatencyTestSettings(1, dispersion: 2);
                var start = LatencyTest.Start(settings, Bounds, reference);
                return Outcomes(pairs, shares).Sum(both => Outcomes(alone, shares).Sum(other =>
                    both.Chance * other.Chance * Evidence(settings, start, new(Bounds, both.Counts, both.Counts.Plus(other.Counts))))) <= Slack;
            },
            iter: 500);

    [Fact]
    public void Evidence_SlowerCandidate_ExpectsMoreThanOne() =>
        Assert.True(Expectation(new(), [600, 300, 100], 1, [(5, 5, [0.1, 0.2, 0.7], [0.7, 0.2, 0.1])], (_, state) => state) > 1.2);

    [Fact]
    public void Acceptance_CandidateBeyondTheMarginAtOneBound_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 5], Gen.Double[0.05, 0.6], Gen.Double[0, 1], Reference).Sample(
            (candidates, baselines, slowest, part, reference) =>
            {
                // the same at the first bound; 1.5 times as many beyond the second, where the candidate must not be accepted
                var settings = new LatencyTestSettings();
                var second = slowest / 1.5;
                var first = slowest + (1 - slowest) * part;
                var start = LatencyTest.Start(settings, Bounds, reference);
                if (!start.Thresholds.Any(threshold => threshold.BoundIndex == 1))
                {
                    return true;
                }

                double[] candidate = [1 - first, first - slowest, slowest];
                double[] baseline = [1 - first, first - second, second];
                return Outcomes(candidates, candidate).Sum(own => Outcomes(baselines, baseline).Sum(other => own.Chance * other.Chance
                    * Math.Exp(LatencyTest.LogAcceptance(settings, LatencyTest.Advance(settings, start, new(Bounds, own.Counts, other.Counts)).State)))) <= Slack;
            },
            iter: 500);

    [Fact]
    public void Advance_PodsMergedOrPooled_IsTheSameToTheBit() =>
        Gen.Select(Gen.Int[0, 999], Gen.Int[2, 5]).Sample((seed, pods) =>
        {
            var world = new LatencyWorld(seed);
            var settings = new LatencyTestSettings();
            var blocks = Enumerable.Range(0, pods).Select(_ => world.Block(30, 270)).ToArray();
            var pooled = new HistogramBlock(
                LatencyWorld.Bounds,
                NumberList.From(Enumerable.Range(0, 12).Select(bucket => blocks.Sum(block => block.Candidate[bucket]))),
                NumberList.From(Enumerable.Range(0, 12).Select(bucket => blocks.Sum(block => block.Baseline[bucket]))));
            var start = LatencyTest.Start(settings, LatencyWorld.Bounds, world.Counts(10_000));

            Assert.Equal(LatencyTest.Advance(settings, start, pooled), LatencyTest.Advance(settings, start, blocks.Aggregate((sum, pod) => pod.Plus(sum))));
        });

    [Fact]
    public void Advance_BlocksInOtherOrderOrSplitAndStoredBetween_IsTheSameEvidenceWhenTheBaselineIsKnown()
    {
        // so much is known of the baseline that no block moves what is expected of the next
        var random = new Random(5);
        var world = new LatencyWorld(5);
        var settings = new LatencyTestSettings();
        var reference = NumberList.From(LatencyWorld.Shares(1).Select(share => share * 1e14));
        var blocks = Enumerable.Range(0, 30).Select(_ => world.Block(100, 900, LatencyWorld.Shares(1.05))).ToArray();
        var start = LatencyTest.Start(settings, LatencyWorld.Bounds, reference);
        var whole = blocks.Aggregate(start, (state, block) => LatencyTest.Advance(settings, state, block).State);

        random.Shuffle(blocks);
        var split = start;
        foreach (var block in blocks)
        {
            var parts = random.Next(1, 4);
            for (var part = 0; part < parts; part++)
            {
                split = LatencyTest.Advance(settings, split, new(block.Bounds, Times(block.Candidate, 1.0 / parts), Times(block.Baseline, 1.0 / parts))).State;
                split = random.Next(3) > 0 ? split : LatencyTestState.FromNumbers(JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(split.ToNumbers().ToArray()))!, random.Next(2) == 0 ? split.Dictionary : null);
            }
        }

        Vector.Near(LatencyTest.LogEvidence(whole), LatencyTest.LogEvidence(split));
        Vector.Near(LatencyTest.LogAcceptance(settings, whole), LatencyTest.LogAcceptance(settings, split));
    }

    [Fact]
    public void Advance_AnyCountsAtAll_NeverThrowsAndStaysFinite() =>
        Gen.Select(Counts.Array[1, 6], Gen.Int[0, 3], Gen.Bool).Sample((blocks, buckets, changes) =>
        {
            NumberList bounds = buckets == 0 ? [1] : [.. Enumerable.Range(1, buckets).Select(i => (double)i)];
            var settings = new LatencyTestSettings(1.1, 0.001);
            var state = LatencyTest.Start(settings, bounds, 0.5);
            foreach (var counts in blocks)
            {
                if (HistogramBlock.CreateOrDefault(bounds, NumberList.Create(counts.AsSpan(0, bounds.Count + 1)), NumberList.Create(counts.AsSpan(4, bounds.Count + 1))) is { } block)
                {
                    state = LatencyTest.Restart(LatencyTest.Advance(settings, state, block).State, 0.1);
                }

                state = changes ? LatencyTest.ChangeLayout(settings, state, [0.5, 3], 0.1) : state;
                Assert.True(double.IsFinite(LatencyTest.LogEvidence(state)));
                Assert.True(double.IsFinite(LatencyTest.LogAcceptance(settings, state)));
                Assert.Equal(state, LatencyTestState.FromNumbers(state.ToNumbers()));
                bounds = state.Bounds;
            }
        });

    private static Gen<double[]> Counts => Gen.OneOf(
        Gen.Int[0, 2000].Select(value => (double)value),
        Gen.Int[0, 5].Select(i => new[] { 0, double.NaN, double.PositiveInfinity, -1, 9007199254740992, 0.5 }[i])).Array[8];

    // a reference of three buckets that the test runs on at once; some of them empty
    private static Gen<NumberList> Reference =>
        Gen.Int[0, 3000].Array[3].Select(counts => NumberList.Create([500 + counts[0], counts[1] > 1500 ? counts[1] : 0, counts[2] > 1500 ? counts[2] : 0]));

    private static (double[] Candidate, double[] Baseline) Shares(double ratio, double allowance, (double, double) slower, (double, double) part)
    {
        var (first, second) = (Math.Max(slower.Item1, slower.Item2), Math.Min(slower.Item1, slower.Item2));
        var candidateFirst = Math.Min(1, ratio * first + allowance) * Math.Pow(part.Item1, 0.2);
        var candidateSecond = Math.Min(candidateFirst, Math.Min(1, ratio * second + allowance) * Math.Pow(part.Item2, 0.2));
        return ([1 - candidateFirst, candidateFirst - candidateSecond, candidateSecond], [1 - first, first - second, second]);
    }

    private static double Expectation(
        LatencyTestSettings settings,
        NumberList reference,
        double share,
        (int Candidates, int Baselines, double[] Candidate, double[] Baseline)[] blocks,
        Func<int, LatencyTestState, LatencyTestState> between)
    {
        return After(0, LatencyTest.Start(settings, Bounds, reference, share));

        double After(int at, LatencyTestState state)
        {
            if (at == blocks.Length)
            {
                return Math.Exp(LatencyTest.LogEvidence(state));
            }

            var next = at == 0 ? state : between(at, state);
            var (candidates, baselines, candidate, baseline) = blocks[at];
            return Outcomes(candidates, candidate).Sum(own => Outcomes(baselines, baseline).Sum(other =>
                own.Chance * other.Chance * After(at + 1, LatencyTest.Advance(settings, next, new(next.Bounds, own.Counts, other.Counts)).State)));
        }
    }

    private static double Evidence(LatencyTestSettings settings, LatencyTestState start, HistogramBlock block) =>
        Math.Exp(LatencyTest.LogEvidence(LatencyTest.Advance(settings, start, block).State));

    private static NumberList Times(NumberList counts, double factor) => NumberList.From(counts.Select(count => count * factor));

    /// <summary>All ways in which requests fall into buckets, each once, with its chance.</summary>
    private static List<(NumberList Counts, double Chance)> Outcomes(int requests, double[] shares)
    {
        List<(NumberList Counts, double Chance)> outcomes = [(NumberList.Create(new double[shares.Length]), 1)];
        for (var i = 0; i < requests; i++)
        {
            outcomes = [.. outcomes
                .SelectMany(outcome => shares.Select((share, bucket) => (Counts: Plus(outcome.Counts, bucket), Chance: outcome.Chance * share)))
                .GroupBy(outcome => outcome.Counts, (counts, same) => (counts, same.Sum(outcome => outcome.Chance)))];
        }

        return outcomes;
    }

    private static NumberList Plus(NumberList counts, int bucket)
    {
        var next = counts.ToArray();
        next[bucket]++;
        return NumberList.Create(next);
    }
}

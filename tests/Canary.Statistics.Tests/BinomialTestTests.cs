using System.Text.Json;
using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class BinomialTestTests
{
    private const double Slack = 1 + 1e-9;

    private static readonly Gen<double> Margin = Gen.OneOf(Gen.Const(1.0), Gen.Double[0.5, 3]);

    private static readonly Gen<double> Allowance = Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 0.2]);

    private static readonly Gen<BinomialTestSettings> Settings = Gen.Select(Gen.Bool, Margin, Allowance, Gen.Double[1, 3], (rollback, ratio, allowance, dispersion) =>
        rollback ? BinomialTestSettings.Rollback(ratio, allowance, dispersion) : BinomialTestSettings.Acceptance(ratio, allowance, dispersion));

    private static readonly Gen<CountBlock> Blocks = Gen.Select(Gen.Int[0, 300], Gen.Int[0, 3000], Gen.Double[0, 1], Gen.Double[0, 1],
        (candidates, baselines, candidate, baseline) => new CountBlock(candidates, baselines, Math.Floor(candidates * candidate), Math.Floor(baselines * baseline)));

    private sealed record Projection(double P1c, double P1b, double Nc, double Nb, double R0, double D0, double PcStar, double PbStar, double? Xc, double? Xb, double? LogE);

    [Fact]
    public void Against_Vectors_AreMet()
    {
        var vectors = Vector.Read<Projection[]>("binomial-projection.json");

        Assert.Equal(4, vectors.Length);
        foreach (var vector in vectors)
        {
            var block = new CountBlock(vector.Nc, vector.Nb, vector.Xc ?? 0, vector.Xb ?? 0);
            var bet = BinomialBet.Against(vector.P1c, vector.P1b, block, vector.R0, vector.D0);

            Vector.Near(vector.PcStar, bet.MarginCandidate);
            Vector.Near(vector.PbStar, bet.MarginBaseline);
            if (vector.LogE is { } expected)
            {
                Vector.Near(expected, bet.LogReturn(block));
            }
        }
    }

    [Fact]
    public void Evidence_RatesWithinTheMargin_ExpectsAtMostOne() =>
        Gen.Select(Settings, Gen.Int[1, 6], Gen.Int[1, 6], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Bool).Sample(
            (settings, candidates, baselines, past, position, part, onMargin) =>
            {
                // a true rate of the baseline for which the margin is a probability, and any other one in the past
                var baseline = position * (1 - settings.MarginDifference) / Math.Max(1, settings.MarginRatio);
                var margin = settings.MarginRatio * baseline + settings.MarginDifference;
                var candidate = onMargin ? margin : settings.SeeksWorse ? margin * part : margin + part * (1 - margin);
                var untempered = settings.SeeksWorse
                    ? BinomialTestSettings.Rollback(settings.MarginRatio, settings.MarginDifference)
                    : BinomialTestSettings.Acceptance(settings.MarginRatio, settings.MarginDifference);
                return Expectation(untempered, candidates, baselines, candidate, baseline, past) <= Slack;
            },
            iter: 4000);

    [Fact]
    public void Evidence_RequestsThatFailInClusters_ExpectsAtMostOneWithTheirSizeAsDispersion() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[2, 4], Gen.Double[0, 0.95], Gen.Double[0, 1], Margin).Sample(
            (candidates, baselines, size, baseline, past, ratio) =>
            {
                var settings = BinomialTestSettings.Rollback(ratio, 0, size);
                var start = Learned(settings, past);
                return Enumeration.Blocks(candidates, baselines, Math.Min(1, ratio * baseline), baseline).Sum(outcome =>
                {
                    var (block, chance) = outcome;
                    var clustered = new CountBlock(
                        size * block.CandidateRequests, size * block.BaselineRequests, size * block.CandidateErrors, size * block.BaselineErrors);
                    return chance * Math.Exp(BinomialTest.LogEvidence(settings, BinomialTest.Advance(settings, start, clustered)));
                }) <= Slack;
            },
            iter: 2000);

    [Fact]
    public void Evidence_TwoStepsWithARestart_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3], Gen.Double[0, 0.9], Gen.Double[0, 0.9], Gen.Double[0, 1], Gen.Double[0.1, 0.9]).Sample(
            (candidates, baselines, first, second, past, share) =>
            {
                var settings = BinomialTestSettings.Rollback(1.1);
                var sum = 0.0;
                foreach (var (block, chance) in Enumeration.Blocks(candidates, baselines, 1.1 * first, first))
                {
                    var state = BinomialTest.Restart(settings, BinomialTest.Advance(settings, Learned(settings, past, share), block), (1 - share) / 2);
                    sum += Enumeration.Blocks(baselines, candidates, 1.1 * second, second).Sum(next =>
                        chance * next.Chance * Math.Exp(BinomialTest.LogEvidence(settings, BinomialTest.Advance(settings, state, next.Block))));
                }

                return sum <= Slack;
            },
            iter: 500);

    [Fact]
    public void Advance_HalfOfTheRequestsSlowAndThenMore_NeedsLessTimeThanTheCountTest()
    {
        var random = new Random(3);
        var (binomial, counts) = (BinomialTestSettings.Rollback(1), CountTestSettings.Rollback(1));
        var binomialBlocks = new List<int>();
        var countBlocks = new List<int>();
        for (var replicate = 0; replicate < 60; replicate++)
        {
            var (first, second) = (BinomialTest.Start(binomial), CountTest.Start(counts));
            var (seen, countSeen) = (0, 0);
            for (var block = 1; block <= 400 && (seen == 0 || countSeen == 0); block++)
            {
                var next = new CountBlock(100, 900, Draw(random, 100, 0.56), Draw(random, 900, 0.5));
                first = BinomialTest.Advance(binomial, first, next);
                second = CountTest.Advance(counts, second, next);
                seen = seen == 0 && Thresholds.IsReached(BinomialTest.LogEvidence(binomial, first), 0.01) ? block : seen;
                countSeen = countSeen == 0 && Thresholds.IsReached(CountTest.LogEvidence(counts, second), 0.01) ? block : countSeen;
            }

            binomialBlocks.Add(seen == 0 ? 401 : seen);
            countBlocks.Add(countSeen == 0 ? 401 : countSeen);
        }

        // the bound of full information is 7 blocks
        Assert.InRange(binomialBlocks.Order().ElementAt(30), 5, 20);
        Assert.True(binomialBlocks.Order().ElementAt(30) < 0.75 * countBlocks.Order().ElementAt(30));
    }

    [Fact]
    public void Advance_OneMoreErrorOfTheCandidate_IsMoreEvidenceToRollBackAndLessToAccept() =>
        Gen.Select(Settings, Gen.Int[1, 300], Gen.Int[1, 300], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (settings, candidates, baselines, candidate, baseline, past) =>
            {
                var start = Learned(settings, past);
                var errors = Math.Floor(candidate * (candidates - 1));
                var fewer = BinomialTest.LogEvidence(settings, BinomialTest.Advance(settings, start, new(candidates, baselines, errors, Math.Floor(baseline * baselines))));
                var more = BinomialTest.LogEvidence(settings, BinomialTest.Advance(settings, start, new(candidates, baselines, errors + 1, Math.Floor(baseline * baselines))));
                return settings.SeeksWorse ? more >= fewer : more <= fewer;
            });

    [Fact]
    public void FromNumbers_WrittenAsJsonAndRead_IsTheSameToTheBit() =>
        Gen.Select(Settings, Blocks.Array[1, 20], Blocks, Gen.Double[0.1, 1]).Sample((settings, blocks, next, share) =>
        {
            var state = blocks.Aggregate(BinomialTest.Start(settings, share), (current, block) => BinomialTest.Advance(settings, current, block));

            var restored = BinomialTestState.FromNumbers(JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(state.ToNumbers()))!);

            return restored == state && BinomialTest.Advance(settings, restored, next) == BinomialTest.Advance(settings, state, next);
        });

    [Theory]
    [InlineData(0, 100, 0, 5)]
    [InlineData(100, 0, 5, 0)]
    public void Advance_ArmWithoutRequests_ChangesNothing(double candidates, double baselines, double candidateErrors, double baselineErrors)
    {
        var settings = BinomialTestSettings.Rollback();
        var state = Learned(settings, 0.3);

        Assert.Same(state, BinomialTest.Advance(settings, state, new(candidates, baselines, candidateErrors, baselineErrors)));
    }

    [Theory]
    [InlineData(9007199254740992, 1, 9007199254740992, 0)]
    [InlineData(1, 9007199254740992, 0, 9007199254740992)]
    [InlineData(9007199254740992, 9007199254740992, 0, 9007199254740992)]
    [InlineData(9007199254740992, 9007199254740992, 9007199254740992, 0)]
    public void Advance_LargestCounts_GiveFiniteEvidence(double candidates, double baselines, double candidateErrors, double baselineErrors)
    {
        foreach (var settings in new[] { BinomialTestSettings.Rollback(1.1, 0.001), BinomialTestSettings.Acceptance(1.5, 0.005), BinomialTestSettings.Acceptance(0.5), BinomialTestSettings.Rollback(3, 0.5) })
        {
            var state = BinomialTest.Start(settings);
            for (var i = 0; i < 4; i++)
            {
                state = BinomialTest.Advance(settings, state, new(candidates, baselines, candidateErrors, baselineErrors));
                Assert.True(double.IsFinite(BinomialTest.LogEvidence(settings, state)));
                Assert.Equal(state, BinomialTestState.FromNumbers(state.ToNumbers()));
            }
        }
    }

    [Fact]
    public void BinomialTest_WrongInput_IsRefused()
    {
        var settings = BinomialTestSettings.Rollback();
        var numbers = Learned(settings, 0.5).ToNumbers().ToArray();

        Assert.Throws<ArgumentException>(() => new BinomialTestSettings([0.5, 2], 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTestSettings.Rollback(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTest.Start(settings, 0));
        Assert.Throws<ArgumentException>(() => BinomialTest.Advance(BinomialTestSettings.Acceptance(), BinomialTest.Start(settings), new(1, 1, 0, 0)));
        Assert.Throws<ArgumentException>(() => BinomialTestState.FromNumbers(numbers[..^1]));
        Assert.Throws<ArgumentException>(() => BinomialTestState.FromNumbers([.. numbers[..^1], double.NaN]));
        Assert.Throws<ArgumentException>(() => BinomialTestState.FromNumbers([.. numbers[..^1], 0.1]));
        Assert.NotEqual(BinomialTestSettings.Rollback(), BinomialTestSettings.Acceptance());
        Assert.Equal(BinomialTestSettings.Rollback(), BinomialTestSettings.Rollback());
    }

    private static double Expectation(BinomialTestSettings settings, int candidates, int baselines, double candidate, double baseline, double past)
    {
        var start = Learned(settings, past);
        return Enumeration.Blocks(candidates, baselines, candidate, baseline).Sum(outcome =>
            outcome.Chance * Math.Exp(BinomialTest.LogEvidence(settings, BinomialTest.Advance(settings, start, outcome.Block))));
    }

    /// <summary>A test that has seen one block, which bets on nothing.</summary>
    private static BinomialTestState Learned(BinomialTestSettings settings, double baseline, double share = 1)
    {
        var state = BinomialTest.Advance(settings, BinomialTest.Start(settings, share), new(1, 20, 1, Math.Floor(20 * baseline)));
        Assert.Equal(0, BinomialTest.LogEvidence(settings, state), 1e-12);
        return state;
    }

    private static double Draw(Random random, int requests, double chance)
    {
        var bad = 0;
        for (var i = 0; i < requests; i++)
        {
            bad += random.NextDouble() < chance ? 1 : 0;
        }

        return bad;
    }
}

using System.Text.Json;
using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class CountTestTests
{
    private static readonly Gen<CountBlock> Blocks = Gen.Select(
        Gen.Int[0, 300], Gen.Int[0, 3000], Gen.Double[0, 1], Gen.Double[0, 1],
        (candidates, baselines, candidate, baseline) => new CountBlock(
            candidates, baselines, Math.Floor(candidates * candidate * candidate * 0.2), Math.Floor(baselines * baseline * baseline * 0.2)));

    private static readonly Gen<CountTestSettings> Settings = Gen.Select(
        Gen.Bool, Gen.Double[0.5, 2], Gen.Double[0, 0.01], Gen.Double[1, 4],
        (rollback, ratio, allowance, dispersion) => rollback
            ? CountTestSettings.Rollback(ratio, allowance, dispersion)
            : CountTestSettings.Acceptance(ratio, allowance, dispersion));

    [Fact]
    public void Start_AnySettings_HasNoEvidence()
    {
        var settings = CountTestSettings.Rollback();

        var state = CountTest.Start(settings);

        Vector.Near(0, CountTest.LogEvidence(settings, state), 1e-15);
        Assert.Equal(1, state.AnytimePValue);
    }

    [Fact]
    public void FromNumbers_WrittenAsJsonAndRead_IsTheSameToTheBit() =>
        Gen.Select(Settings, Blocks.Array[1, 20], Blocks).Sample((settings, blocks, next) =>
        {
            var state = blocks.Aggregate(CountTest.Start(settings), (current, block) => CountTest.Advance(settings, current, block));

            var json = JsonSerializer.Serialize(state.ToNumbers().ToArray());
            var restored = CountTestState.FromNumbers(JsonSerializer.Deserialize<double[]>(json)!);

            return restored == state && restored.GetHashCode() == state.GetHashCode()
                && CountTest.Advance(settings, restored, next) == CountTest.Advance(settings, state, next);
        });

    [Fact]
    public void FromNumbers_DamagedNumbers_AreRefused()
    {
        var numbers = CountTest.Start(CountTestSettings.Rollback()).ToNumbers().ToArray();

        Assert.Throws<ArgumentException>(() => CountTestState.FromNumbers([]));
        Assert.Throws<ArgumentException>(() => CountTestState.FromNumbers(numbers[..^1]));
        Assert.Throws<ArgumentException>(() => CountTestState.FromNumbers([.. numbers, 0]));
        Assert.Throws<ArgumentException>(() => CountTestState.FromNumbers([1, .. numbers[1..]]));
        Assert.Throws<ArgumentException>(() => CountTestState.FromNumbers([2, 1e9, .. numbers[2..]]));
        Assert.Throws<ArgumentException>(() => CountTestState.FromNumbers([.. numbers[..5], double.NaN, .. numbers[6..]]));
    }

    [Fact]
    public void Advance_BlockSplitInProportion_IsTheSameEvidence() =>
        Gen.Select(Settings, Gen.Int[1, 50], Gen.Int[1, 200], Gen.Int[2, 5], Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (settings, candidates, baselines, parts, candidate, baseline) =>
            {
                var part = new CountBlock(candidates, baselines, Math.Floor(candidate * candidates), Math.Floor(baseline * baselines));
                var split = CountTest.Start(settings);
                var merged = part;
                split = CountTest.Advance(settings, split, part);
                for (var i = 1; i < parts; i++)
                {
                    split = CountTest.Advance(settings, split, part);
                    merged = merged.Plus(part);
                }

                var whole = CountTest.Advance(settings, CountTest.Start(settings), merged);
                Vector.Near(CountTest.LogEvidence(settings, whole), CountTest.LogEvidence(settings, split), 1e-10);
                Assert.Equal((whole.CandidateErrors, whole.BaselineRequests), (split.CandidateErrors, split.BaselineRequests));
            });

    [Fact]
    public void Plus_PodsInAnyOrderAndGrouping_IsThePoolOfAllPods() =>
        Gen.Select(Settings, Blocks.Array[1, 8], Gen.Int[0, 8]).Sample((settings, pods, cut) =>
        {
            var at = Math.Min(cut, pods.Length);
            var pooled = new CountBlock(
                pods.Sum(pod => pod.CandidateRequests), pods.Sum(pod => pod.BaselineRequests), pods.Sum(pod => pod.CandidateErrors), pods.Sum(pod => pod.BaselineErrors));

            var merged = Sum(pods[at..]).Plus(Sum(pods[..at]));

            Assert.Equal(pooled, merged);
            Assert.Equal(CountTest.Advance(settings, CountTest.Start(settings), pooled), CountTest.Advance(settings, CountTest.Start(settings), merged));
        });

    [Fact]
    public void Plus_MoreThanADoubleCounts_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountBlock(9007199254740992, 1, 0, 0).Plus(new(2, 1, 0, 0)));

    [Fact]
    public void Advance_OneMoreErrorOfTheCandidate_IsMoreEvidenceToRollBackAndLessToAccept() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 3000], Gen.Double[0, 1], Gen.Double[0, 0.3], Gen.Double[0.5, 2], Gen.Double[0, 0.01]).Sample(
            (candidates, baselines, candidate, baseline, ratio, allowance) =>
            {
                var errors = Math.Floor(candidate * (candidates - 1));
                var fewer = new CountBlock(candidates, baselines, errors, Math.Floor(baseline * baselines));
                var more = new CountBlock(candidates, baselines, errors + 1, Math.Floor(baseline * baselines));

                return LogEvidence(CountTestSettings.Rollback(ratio, allowance), more) > LogEvidence(CountTestSettings.Rollback(ratio, allowance), fewer)
                    && LogEvidence(CountTestSettings.Acceptance(ratio, allowance), more) < LogEvidence(CountTestSettings.Acceptance(ratio, allowance), fewer);
            });

    [Fact]
    public void Advance_Dispersion_DividesEachScore()
    {
        var block = new CountBlock(100, 900, 7, 9);
        var plain = CountTest.Advance(CountTestSettings.Rollback(), CountTest.Start(CountTestSettings.Rollback()), block);
        var tempered = CountTestSettings.Rollback(dispersion: 2.5);

        var state = CountTest.Advance(tempered, CountTest.Start(tempered), block);

        Assert.All(state.Scores.Zip(plain.Scores), pair => Vector.Near(pair.Second / 2.5, pair.First, 1e-14));
    }

    [Theory]
    [InlineData(0, 100, 0, 5)]
    [InlineData(100, 0, 5, 0)]
    [InlineData(0, 0, 0, 0)]
    public void Advance_ArmWithoutRequests_ChangesNothing(double candidates, double baselines, double candidateErrors, double baselineErrors)
    {
        var settings = CountTestSettings.Rollback();
        var state = CountTest.Advance(settings, CountTest.Start(settings), new(10, 10, 1, 1));

        Assert.Same(state, CountTest.Advance(settings, state, new(candidates, baselines, candidateErrors, baselineErrors)));
    }

    [Theory]
    [InlineData(9007199254740992, 1, 9007199254740992, 0)]
    [InlineData(1, 9007199254740992, 0, 9007199254740992)]
    [InlineData(9007199254740992, 9007199254740992, 0, 9007199254740992)]
    public void Advance_LargestCounts_GiveFiniteEvidence(double candidates, double baselines, double candidateErrors, double baselineErrors)
    {
        var block = new CountBlock(candidates, baselines, candidateErrors, baselineErrors);

        Assert.True(double.IsFinite(LogEvidence(CountTestSettings.Rollback(1.1, 0.001), block)));
        Assert.True(double.IsFinite(LogEvidence(CountTestSettings.Acceptance(1.5, 0.005), block)));
    }

    [Theory]
    [InlineData(-1, 10, 0, 0)]
    [InlineData(10, -1, 0, 0)]
    [InlineData(10, 10, -1, 0)]
    [InlineData(10, 10, 0, -1)]
    [InlineData(10, 10, 11, 0)]
    [InlineData(10, 10, 0, 11)]
    [InlineData(double.NaN, 10, 0, 0)]
    [InlineData(10, double.PositiveInfinity, 0, 0)]
    [InlineData(10, 10, double.NaN, 0)]
    [InlineData(10, 10, 0, double.NaN)]
    [InlineData(9007199254740994, 10, 0, 0)]
    public void CountBlock_ImpossibleCounts_AreRefused(double candidates, double baselines, double candidateErrors, double baselineErrors)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountBlock(candidates, baselines, candidateErrors, baselineErrors));
        Assert.False(CountBlock.TryCreate(candidates, baselines, candidateErrors, baselineErrors, out var block));
        Assert.Equal(default, block);
    }

    [Fact]
    public void TryCreate_PossibleCounts_GivesTheBlock()
    {
        Assert.True(CountBlock.TryCreate(10, 20, 3, 4, out var block));
        Assert.Equal(new CountBlock(10, 20, 3, 4), block);
    }

    [Fact]
    public void CountTestSettings_WrongNumbers_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new CountTestSettings([], 1, 0, 1));
        Assert.Throws<ArgumentException>(() => new CountTestSettings([0.5, 2], 1, 0, 1));
        Assert.Throws<ArgumentException>(() => new CountTestSettings([2, 1], 1, 0, 1));
        Assert.Throws<ArgumentException>(() => new CountTestSettings([2, 3], 1, 0, 1, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountTestSettings([2, 3], 1, 0, 1, [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountTestSettings([2, 3], 1, 0, 1, [1, double.PositiveInfinity]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountTestSettings([double.NaN], 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountTestSettings([-1], 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CountTestSettings.Rollback(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => CountTestSettings.Rollback(1, -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CountTestSettings.Rollback(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CountTestSettings.Rollback(1, 0, 0.9));
        Assert.Throws<ArgumentOutOfRangeException>(() => CountTestSettings.Rollback(1, 0, double.NaN));
    }

    [Fact]
    public void Advance_StateOfOtherSettings_IsRefused() =>
        Assert.Throws<ArgumentException>(() =>
            CountTest.Advance(CountTestSettings.Acceptance(), CountTest.Start(CountTestSettings.Rollback()), new(1, 1, 0, 0)));

    [Fact]
    public void CountTestSettings_SameNumbers_AreEqual()
    {
        Assert.Equal(CountTestSettings.Rollback(1.2), CountTestSettings.Rollback(1.2));
        Assert.NotEqual(CountTestSettings.Rollback(1.2), CountTestSettings.Rollback(1.3));
        Assert.NotEqual(CountTestSettings.Rollback(1.2), CountTestSettings.Acceptance(1.2));
        Assert.NotEqual(new CountTestSettings([2, 3], 1, 0, 1), new CountTestSettings([2, 3], 1, 0, 1, [1, 2]));
        Assert.Equal(new CountTestSettings([2, 3], 1, 0, 1), new CountTestSettings([2, 3], 1, 0, 1, [1, 1]));
    }

    [Fact]
    public void LogEvidence_Weights_AreThoseOfTheMixture()
    {
        var block = new CountBlock(100, 900, 7, 9);
        double Alone(double ratio) => Math.Exp(LogEvidence(new CountTestSettings([ratio], 1.1, 0, 1), block));

        Vector.Near(Math.Log((3 * Alone(2) + Alone(5)) / 4), LogEvidence(new CountTestSettings([2, 5], 1.1, 0, 1, [6, 2]), block));
    }

    [Fact]
    public void Dominant_RateTripled_NamesAboutThree()
    {
        var settings = CountTestSettings.Rollback();
        var state = CountTest.Advance(settings, CountTest.Start(settings), new(10_000, 90_000, 300, 900));

        var dominant = CountTest.Dominant(settings, state);

        Assert.InRange(dominant.Ratio, 2.5, 4);
        Assert.InRange(dominant.Share, 0.5, 1);
    }

    private static CountBlock Sum(CountBlock[] blocks) => blocks.Aggregate(default(CountBlock), (sum, block) => sum.Plus(block));

    private static double LogEvidence(CountTestSettings settings, CountBlock block) =>
        CountTest.LogEvidence(settings, CountTest.Advance(settings, CountTest.Start(settings), block));
}

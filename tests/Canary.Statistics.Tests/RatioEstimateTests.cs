using System.Text.Json;
using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class RatioEstimateTests
{
    [Fact]
    public void Of_Dispersion_IsAsManyTimesFewerBadRequests()
    {
        // the likelihood is proportional to the counts: evidence divided by 2 is the evidence of half as many
        var whole = RatioHistory.Empty.Add(new(1_000, 9_000, 20, 100)).Add(new(5_000, 5_000, 60, 40));
        var half = RatioHistory.Empty.Add(new(1_000, 9_000, 10, 50)).Add(new(5_000, 5_000, 30, 20));

        var (dispersed, plain) = (RatioEstimate.Of(whole, dispersion: 2), RatioEstimate.Of(half));

        Vector.Near(plain.Ratio!.Value, dispersed.Ratio!.Value);
        Vector.Near(plain.Lower, dispersed.Lower);
        Vector.Near(plain.Upper, dispersed.Upper);
        Assert.InRange(RatioEstimate.Of(whole).Lower, plain.Lower * 1.001, whole.CandidateErrors);
    }

    [Fact]
    public void FromNumbers_OneNumberTooMany_IsRefused() =>
        Assert.Throws<ArgumentException>(() => RatioHistory.FromNumbers([.. RatioHistory.Empty.Add(new(10, 90, 1, 2)).ToNumbers(), 0]));

    // exposures drift by a factor of 1000 within a history: far more different odds than are kept
    private static readonly Gen<CountBlock[]> Histories = Gen.Select(
        Gen.Double[2, 200], Gen.Double[200, 2000], Gen.Double[0, 1], Gen.Double[0, 1],
        (candidates, baselines, candidate, baseline) => new CountBlock(
            Math.Floor(candidates), Math.Floor(baselines), Math.Floor(candidates * candidate * candidate * 0.1), Math.Floor(baselines * baseline * baseline * 0.05)))
        .Array[200, 400];

    [Fact]
    public void Add_ManyDifferentOdds_StaysBoundedAndKeepsEveryCount() => Histories.Sample(
        blocks =>
        {
            var history = History(blocks);

            Assert.InRange(history.LogOdds.Count, 1, RatioHistory.LargestGroups);
            Assert.Equal(blocks.Sum(block => block.CandidateErrors), history.GroupCandidateErrors.Sum());
            Assert.Equal(blocks.Sum(block => block.BaselineErrors), history.GroupBaselineErrors.Sum());
            Assert.Equal(blocks.Sum(block => block.BaselineRequests), history.BaselineRequests);
            Assert.Equal(history.LogOdds.Order(), history.LogOdds);
            Assert.InRange(history.ToNumbers().Count, 1, 201);
        },
        iter: 30);

    [Fact]
    public void Of_MergedBlocks_CoversTheExactIntervalAndIsHardlyWider() => Histories.Sample(
        blocks =>
        {
            var history = History(blocks);
            var estimate = RatioEstimate.Of(history);
            var threshold = Threshold(blocks, 0.05);

            // the ends are not inside the exact interval, and one percent farther in one is
            Assert.InRange(history.MergeError, 1e-6, 0.5);
            Assert.True(LogLikelihood(blocks, estimate.Lower) <= threshold + 1e-7);
            Assert.True(LogLikelihood(blocks, estimate.Upper) <= threshold + 1e-7);
            Assert.True(LogLikelihood(blocks, estimate.Lower * 1.02) > threshold);
            Assert.True(LogLikelihood(blocks, estimate.Upper / 1.02) > threshold);

            // a merged likelihood is nowhere farther from the exact one than the bound says
            Assert.True(LogLikelihood(blocks, estimate.Ratio!.Value) >= LogLikelihood(blocks, estimate.Ratio.Value * 1.001) - history.MergeError);
            Assert.InRange(Derivative(blocks, estimate.Ratio.Value * 0.995), 0, double.PositiveInfinity);
            Assert.InRange(Derivative(blocks, estimate.Ratio.Value * 1.005), double.NegativeInfinity, 0);
        },
        iter: 30);

    [Fact]
    public void Add_StableWeight_LosesNextToNothing()
    {
        var random = new Random(7);
        var history = RatioHistory.Empty;
        for (var i = 0; i < 360; i++)
        {
            history = history.Add(new(80 + random.Next(40), 850 + random.Next(100), random.Next(4), random.Next(20)));
        }

        Assert.Equal(RatioHistory.LargestGroups, history.LogOdds.Count);
        Assert.InRange(history.MergeError, 0, 0.02);
    }

    [Fact]
    public void Add_SameOdds_LosesNothing()
    {
        var history = RatioHistory.Empty;
        for (var i = 1; i <= 200; i++)
        {
            history = history.Add(new(10 * (i % 8 + 1), 90 * (i % 8 + 1), i % 3, i % 5));
        }

        Assert.Equal(0, history.MergeError);
        Assert.InRange(history.LogOdds.Count, 1, 8);
    }

    [Fact]
    public void Of_NoErrorsAtAll_KnowsNothingOfTheRatio()
    {
        var estimate = RatioEstimate.Of(RatioHistory.Empty.Add(new(100, 900, 0, 0)));

        Assert.Null(estimate.Ratio);
        Assert.Equal((0, double.PositiveInfinity), (estimate.Lower, estimate.Upper));
        Assert.Equal((0, 0, 0), (estimate.CandidateErrorRatio, estimate.BaselineErrorRatio, estimate.DifferencePercentPoints));
        Assert.Null(RatioEstimate.Of(RatioHistory.Empty).CandidateErrorRatio);
    }

    [Fact]
    public void Of_OnlyTheCandidateHasErrors_HasALowerEnd()
    {
        var estimate = RatioEstimate.Of(RatioHistory.Empty.Add(new(100, 900, 10, 0)));

        Assert.Equal(double.PositiveInfinity, estimate.Ratio);
        Assert.InRange(estimate.Lower, 2, 50);
        Assert.Equal(double.PositiveInfinity, estimate.Upper);
        Vector.Near(10, estimate.DifferencePercentPoints!.Value);
    }

    [Fact]
    public void Of_OnlyTheBaselineHasErrors_HasAnUpperEnd()
    {
        var estimate = RatioEstimate.Of(RatioHistory.Empty.Add(new(900, 100, 0, 10)));

        Assert.Equal(0, estimate.Ratio);
        Assert.Equal(0, estimate.Lower);
        Assert.InRange(estimate.Upper, 0.02, 0.5);
        Vector.Near(-10, estimate.DifferencePercentPoints!.Value);
    }

    [Fact]
    public void Of_RatesAndWeightMoveTogether_IsNotMisled()
    {
        // both arms have the same rate in each block; pooled, the candidate looks more than twice as bad
        var history = RatioHistory.Empty.Add(new(1_000, 99_000, 10, 990)).Add(new(50_000, 50_000, 5_000, 5_000));

        var estimate = RatioEstimate.Of(history);

        Vector.Near(1, estimate.Ratio!.Value);
        Vector.Near(0, estimate.DifferencePercentPoints!.Value, 1e-6);
        Assert.True(estimate.CandidateErrorRatio / estimate.BaselineErrorRatio > 2);
    }

    [Fact]
    public void Of_Dispersion_WidensTheInterval()
    {
        var history = RatioHistory.Empty.Add(new(1000, 9000, 20, 90));

        var plain = RatioEstimate.Of(history);
        var wide = RatioEstimate.Of(history, dispersion: 3);

        Assert.Equal(plain.Ratio, wide.Ratio);
        Assert.True(wide.Lower < plain.Lower && wide.Upper > plain.Upper);
    }

    [Fact]
    public void FromNumbers_WrittenAsJsonAndRead_IsTheSameToTheBit() => Histories.Sample(
        blocks =>
        {
            var history = History(blocks);
            var json = JsonSerializer.Serialize(history.ToNumbers().ToArray());
            var restored = RatioHistory.FromNumbers(JsonSerializer.Deserialize<double[]>(json)!);

            return restored == history && RatioEstimate.Of(restored) == RatioEstimate.Of(history) && restored.Add(blocks[0]) == history.Add(blocks[0]);
        },
        iter: 20);

    [Fact]
    public void FromNumbers_DamagedNumbers_AreRefused()
    {
        var numbers = RatioHistory.Empty.Add(new(1, 1, 1, 0)).ToNumbers().ToArray();

        Assert.Throws<ArgumentException>(() => RatioHistory.FromNumbers(numbers[..^1]));
        Assert.Throws<ArgumentException>(() => RatioHistory.FromNumbers([1, 0, .. numbers[3..]]));
    }

    [Fact]
    public void Add_LargestCounts_AreKeptAndRestored()
    {
        const double Most = 9007199254740992;
        var history = RatioHistory.Empty.Add(new(Most, Most, Most, 1)).Add(new(Most, Most, Most, Most)).Add(new(Most, 1, 0, 1));

        var restored = RatioHistory.FromNumbers(history.ToNumbers());
        var estimate = RatioEstimate.Of(restored);

        Assert.Equal(history, restored);
        Assert.True(estimate.Lower <= estimate.Ratio && estimate.Ratio <= estimate.Upper);
    }

    [Fact]
    public void Of_WrongNumbers_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RatioEstimate.Of(RatioHistory.Empty, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RatioEstimate.Of(RatioHistory.Empty, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RatioEstimate.Of(RatioHistory.Empty, 0.05, 0.5));
    }

    private static RatioHistory History(CountBlock[] blocks) => blocks.Aggregate(RatioHistory.Empty, (history, block) => history.Add(block));

    // as the definition has it, over all blocks, without any grouping
    private static double LogLikelihood(CountBlock[] blocks, double ratio) => blocks.Sum(block =>
    {
        var share = ratio * block.CandidateRequests / (ratio * block.CandidateRequests + block.BaselineRequests);
        return block.CandidateErrors * Math.Log(share) + block.BaselineErrors * Math.Log(1 - share);
    });

    private static double Derivative(CountBlock[] blocks, double ratio) => blocks.Sum(block =>
        block.CandidateErrors
        - (block.CandidateErrors + block.BaselineErrors) * ratio * block.CandidateRequests / (ratio * block.CandidateRequests + block.BaselineRequests));

    private static double Threshold(CountBlock[] blocks, double errorProbability)
    {
        var likelihoods = Enumerable.Range(0, 41).Select(i => LogLikelihood(blocks, Math.Pow(50, i / 20.0 - 1))).ToArray();
        var largest = likelihoods.Max();
        return largest + Math.Log(likelihoods.Sum(value => Math.Exp(value - largest)) / 41) + Math.Log(errorProbability);
    }
}

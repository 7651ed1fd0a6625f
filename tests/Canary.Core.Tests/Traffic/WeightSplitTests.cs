using Canary.Core.Traffic;
using Xunit;

namespace Canary.Core.Tests.Traffic;

public sealed class WeightSplitTests
{
    [Theory]
    [InlineData(0, 100, 100, 0, 0)]
    [InlineData(1, 100, 98, 1, 1)]
    [InlineData(5, 100, 90, 5, 5)]
    [InlineData(33, 100, 34, 33, 33)]
    [InlineData(34, 100, 33, 34, 33)]
    [InlineData(50, 100, 25, 50, 25)]
    [InlineData(75, 100, 13, 75, 12)]
    [InlineData(98, 100, 1, 98, 1)]
    [InlineData(99, 100, 0, 99, 1)]
    [InlineData(100, 100, 0, 100, 0)]
    [InlineData(5, 1000, 900, 50, 50)]
    [InlineData(25, 80, 40, 20, 20)]
    public void Of_WithBaseline_SplitsInThree(int percent, int total, int stable, int candidate, int baseline) =>
        Assert.Equal(new WeightSplit(stable, candidate, baseline), WeightSplit.Of(new Weight(percent), total, baseline: true));

    [Fact]
    public void Of_AnyWeightAndTotal_SumsUpAndLeavesTheCandidateItsPart()
    {
        foreach (var total in new[] { 1, 2, 3, 7, 99, 100, 101, 1000, 10000, int.MaxValue })
        {
            for (var percent = 0; percent <= 100; percent++)
            {
                var weight = new Weight(percent);
                var split = WeightSplit.Of(weight, total, baseline: true);

                Assert.Equal(total, split.Stable + split.Candidate + split.Baseline);
                Assert.Equal(weight.PartOf(total), split.Candidate);
                Assert.InRange(split.Baseline, 0, split.Candidate);
                Assert.True(split.Stable >= split.Baseline || split.Stable == 0, "stable keeps at least as much as the baseline gets");
                Assert.Equal(split with { Stable = total - split.Candidate, Baseline = 0 }, WeightSplit.Of(weight, total, baseline: false));
            }
        }
    }

    [Theory]
    [InlineData(0, 4, 0)]
    [InlineData(5, 1, 1)]
    [InlineData(33, 4, 4)]
    [InlineData(50, 5, 3)]
    [InlineData(50, 1, 1)]
    [InlineData(80, 8, 1)]
    [InlineData(99, 100, 2)]
    [InlineData(100, 10, 0)]
    [InlineData(20, 0, 0)]
    public void BaselinePods_Weight_AreAsManyAsItsShareNeeds(int percent, int candidatePods, int pods) =>
        Assert.Equal(pods, WeightSplit.BaselinePods(new Weight(percent), candidatePods));

    [Fact]
    public void BaselinePods_AnyWeight_HaveNoMoreLoadThanTheCandidates()
    {
        for (var percent = 1; percent < 100; percent++)
        {
            foreach (var candidatePods in new[] { 1, 2, 3, 10, 97, 1000 })
            {
                var split = WeightSplit.Of(new Weight(percent), 100, baseline: true);
                var pods = WeightSplit.BaselinePods(new Weight(percent), candidatePods);

                Assert.InRange(pods, 1, candidatePods);
                Assert.True((long)split.Baseline * candidatePods <= (long)split.Candidate * pods, $"at {percent} % a baseline pod of {pods} has more than one of {candidatePods} candidate pods");
            }
        }
    }
}

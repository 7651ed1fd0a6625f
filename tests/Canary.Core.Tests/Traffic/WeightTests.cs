using Canary.Core.Traffic;
using CsCheck;
using Xunit;

namespace Canary.Core.Tests.Traffic;

public sealed class WeightTests
{
    [Theory]
    [InlineData(0, 100, 0)]
    [InlineData(5, 100, 5)]
    [InlineData(100, 100, 100)]
    [InlineData(50, 3, 2)]
    [InlineData(1, 10, 1)]
    [InlineData(99, 10, 9)]
    [InlineData(5, 1000, 50)]
    [InlineData(49, 1, 0)]
    [InlineData(50, 1, 1)]
    [InlineData(100, 1, 1)]
    public void PartOf_Total_IsRoundedButNeverNothingOrAll(int percent, int total, int expected) =>
        Assert.Equal(expected, new Weight(percent).PartOf(total));

    [Fact]
    public void PartOf_NoTotal_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Weight.Full.PartOf(0));

    [Fact]
    public void PartOf_AnyTwoWeights_RiseTogetherAndStayWithinTheTotal() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100], Gen.Int[1, 10_000]).Sample((one, other, total) =>
        {
            var (low, high) = (new Weight(Math.Min(one, other)).PartOf(total), new Weight(Math.Max(one, other)).PartOf(total));
            Assert.InRange(low, 0, high);
            Assert.InRange(high, 0, total);
        });

    [Theory]
    [InlineData(5, 0, 0)]
    [InlineData(5, -1, 0)]
    [InlineData(0, 4, 1)]
    [InlineData(5, 4, 1)]
    [InlineData(25, 4, 1)]
    [InlineData(26, 4, 2)]
    [InlineData(50, 3, 2)]
    [InlineData(100, 3, 3)]
    [InlineData(100, int.MaxValue, int.MaxValue)]
    public void PodsOf_Replicas_IsTheShareRoundedUp(int percent, int replicas, int expected) =>
        Assert.Equal(expected, new Weight(percent).PodsOf(replicas));

    [Theory]
    [InlineData(-1)]
    [InlineData(101)]
    public void Weight_OutOfRange_Throws(int percent) => Assert.Throws<ArgumentOutOfRangeException>(() => new Weight(percent));

    [Fact]
    public void Weight_Compared_OrdersByPercent()
    {
        Weight[] weights = [Weight.Full, new(7), Weight.Zero, new(50)];

        Assert.Equal([Weight.Zero, new(7), new(50), Weight.Full], weights.Order());
        Assert.True(Weight.Zero < Weight.Full && Weight.Full > Weight.Zero && new Weight(7) <= new Weight(7) && new Weight(7) >= new Weight(7));
        Assert.False(Weight.Full < Weight.Zero || Weight.Zero > Weight.Full || Weight.Full <= Weight.Zero || Weight.Zero >= Weight.Full);
    }

    [Fact]
    public void ToString_Weight_IsForPeople() => Assert.Equal("25 %", new Weight(25).ToString());
}

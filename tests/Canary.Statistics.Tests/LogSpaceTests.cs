namespace Canary.Statistics.Tests;

public sealed class LogSpaceTests
{
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1000, 1)] // e^1000 would be infinite
    [InlineData(-1000, 0)]
    [InlineData(-2, 0.11920292202211755)]
    [InlineData(2, 0.8807970779778823)]
    public void Logistic_AnyNumber_IsAShare(double x, double expected) => Assert.Equal(expected, LogSpace.Logistic(x), 1e-15);

    [Fact]
    public void Logistic_FarBelow_KeepsItsDigits() => Vector.Near(Math.Exp(-300), LogSpace.Logistic(-300));

    [Fact]
    public void Add_Two_IsTheLogarithmOfTheSum()
    {
        Vector.Near(Math.Log(5), LogSpace.Add(Math.Log(2), Math.Log(3)));
        Vector.Near(Math.Log(5), LogSpace.Add(Math.Log(3), Math.Log(2)));
        Assert.Equal(2, LogSpace.Add(double.NegativeInfinity, 2));
        Assert.Equal(double.NegativeInfinity, LogSpace.Add(double.NegativeInfinity, double.NegativeInfinity));
    }

    [Fact]
    public void WeightedSum_ScoreWithoutWeight_IsLeftOut()
    {
        Vector.Near(Math.Log(0.25 * 2 + 0.75 * 4), LogSpace.WeightedSum([Math.Log(0.25), Math.Log(0.75)], [Math.Log(2), Math.Log(4)]));
        Assert.Equal(3, LogSpace.WeightedSum([double.NegativeInfinity, 0], [double.PositiveInfinity, 3]));
        Assert.Equal(double.NegativeInfinity, LogSpace.WeightedSum([0, 0], [double.NegativeInfinity, double.NegativeInfinity]));
    }

    [Fact]
    public void Dominant_WeightsAndScores_IsTheLargestTermAndItsShare()
    {
        var (index, share) = LogSpace.Dominant([Math.Log(0.5), Math.Log(0.3), Math.Log(0.2)], [Math.Log(1), Math.Log(4), Math.Log(2)]);

        Assert.Equal(1, index);
        Vector.Near(1.2 / 2.1, share);
    }

    [Theory]
    [InlineData(-25.5)]
    [InlineData(-40)]
    [InlineData(-1000)]
    public void LogScaledCumulative_FarBelow_IsMillsRatio(double z)
    {
        // Laplace's continued fraction of (1 - Phi(x)) / phi(x), at x = -z
        var fraction = -z;
        for (var i = 60; i >= 1; i--)
        {
            fraction = -z + i / fraction;
        }

        Assert.Equal(-Math.Log(fraction * Math.Sqrt(2 * Math.PI)), OneSidedNormalMixture.LogScaledCumulative(z), 1e-12);
    }
}

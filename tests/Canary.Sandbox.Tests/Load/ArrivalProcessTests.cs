using Canary.Sandbox.Load;
using CsCheck;
using Xunit;

namespace Canary.Sandbox.Tests.Load;

public sealed class ArrivalProcessTests
{
    [Fact]
    public void Next_SameSeed_GivesTheSameTimesInOrder() => Gen.Select(Gen.Double[1, 2000], Gen.Double[0, 0.9], Gen.Double[1, 50], Gen.Int).Sample((rate, share, size, seed) =>
    {
        var first = Arrivals(rate, share, size, seed, 300);
        var second = Arrivals(rate, share, size, seed, 300);
        return first.SequenceEqual(second) && first.SequenceEqual(first.Order());
    });

    [Fact]
    public void Next_OtherSeed_GivesOtherTimes() => Assert.NotEqual(Arrivals(100, 0.1, 8, 1, 100), Arrivals(100, 0.1, 8, 2, 100));

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Next_LongRun_HasTheRateAskedFor(double burstShare)
    {
        const int Count = 100_000;
        var rate = Count / Arrivals(400, burstShare, 8, 3, Count)[^1].TotalSeconds;

        Assert.InRange(rate, 400 * 0.96, 400 * 1.04);
    }

    [Fact]
    public void Next_WithBursts_VariesMoreThanAPoissonProcess()
    {
        var plain = Dispersion(Arrivals(400, 0, 8, 5, 100_000));
        var bursty = Dispersion(Arrivals(400, 0.3, 8, 5, 100_000));

        Assert.InRange(plain, 0.85, 1.15);
        Assert.True(bursty > 1.5, $"variance is {bursty} times the mean");
    }

    private static TimeSpan[] Arrivals(double rate, double share, double size, int seed, int count)
    {
        var process = new ArrivalProcess(rate, share, size, seed);
        return [.. Enumerable.Range(0, count).Select(_ => process.Next())];
    }

    /// <summary>Variance over mean of the counts per 100 ms: 1 for a Poisson process.</summary>
    private static double Dispersion(TimeSpan[] arrivals)
    {
        var counts = new double[(int)(arrivals[^1].TotalSeconds * 10)];
        foreach (var arrival in arrivals.Where(arrival => arrival.TotalSeconds * 10 < counts.Length))
        {
            counts[(int)(arrival.TotalSeconds * 10)]++;
        }

        var mean = counts.Average();
        return counts.Average(count => (count - mean) * (count - mean)) / mean;
    }
}

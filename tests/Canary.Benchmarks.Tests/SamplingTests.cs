using Canary.Benchmarks.Evaluation.Sampling;

namespace Canary.Benchmarks.Tests;

/// <summary>The simulations are worth what their dice are: means, variances and whole laws, with fixed seeds and bounds of five standard errors.</summary>
public sealed class SamplingTests
{
    private const int Draws = 200_000;

    [Fact]
    public void Chance_SameNameAndReplicate_GivesTheSameStream()
    {
        var (one, two, other, next) = (Chance.Of(7, "T1", 3), Chance.Of(7, "T1", 3), Chance.Of(7, "T2", 3), Chance.Of(7, "T1", 4));

        var first = one.Unit();

        Assert.Equal(first, two.Unit());
        Assert.NotEqual(first, other.Unit());
        Assert.NotEqual(first, next.Unit());
        Assert.NotEqual(first, Chance.Of(8, "T1", 3).Unit());
    }

    [Fact]
    public void Chance_ReferenceSeed_GivesTheNumbersOfItsAuthors()
    {
        // xoshiro256** of the state that SplitMix64 makes of 0: first output 0x99EC5F36CB75F2B4, as published implementations give
        Assert.Equal((0x99EC5F36CB75F2B4UL >> 11) * (1.0 / (1UL << 53)), new Chance(0).Unit());
    }

    [Fact]
    public void Fork_DrawnFrom_LeavesTheParentAlone()
    {
        var (one, two) = (new Chance(5), new Chance(5));
        var fork = one.Fork();
        two.Fork();

        for (var i = 0; i < 10; i++)
        {
            fork.Unit();
        }

        Assert.Equal(two.Unit(), one.Unit());
    }

    [Fact]
    public void Normal_ManyDraws_HasMeanZeroAndVarianceOne()
    {
        var chance = new Chance(1);

        AssertMoments(() => chance.Normal(), 0, 1);
    }

    [Fact]
    public void Below_ManyDraws_IsEven()
    {
        var chance = new Chance(1);

        AssertLaw(() => chance.Below(7), value => value < 7 ? 1 / 7.0 : 0);
    }

    [Theory]
    [InlineData(0.003)]
    [InlineData(0.9)]
    [InlineData(9.99)]
    [InlineData(10.01)]
    [InlineData(137)]
    [InlineData(25_000)]
    public void Poisson_ManyDraws_HasItsMomentsAndLaw(double mean)
    {
        var chance = new Chance(2);
        var law = new PoissonLaw(mean);

        AssertMoments(() => law.Draw(chance), mean, mean);
        AssertLaw(() => law.Draw(chance), value => Math.Exp(value * Math.Log(mean) - mean - Factorials.Log(value)));
    }

    [Fact]
    public void Poisson_MeanZero_IsZero() => Assert.Equal(0, PoissonLaw.Draw(new Chance(2), 0));

    [Theory]
    [InlineData(5, 0.3)]
    [InlineData(100, 0.02)]
    [InlineData(100, 0.97)]
    [InlineData(100, 0.5)]
    [InlineData(40_000, 0.01)]
    [InlineData(1_000_000, 0.75)]
    public void Binomial_ManyDraws_HasItsMomentsAndLaw(double trials, double probability)
    {
        var chance = new Chance(3);

        AssertMoments(() => BinomialLaw.Draw(chance, trials, probability), trials * probability, trials * probability * (1 - probability));
        AssertLaw(
            () => BinomialLaw.Draw(chance, trials, probability),
            value => Math.Exp(LogChoices(trials, value) + value * Math.Log(probability) + (trials - value) * Math.Log(1 - probability)));
    }

    [Theory]
    [InlineData(0, 0.5, 0)]
    [InlineData(9, 0, 0)]
    [InlineData(9, 1, 9)]
    public void Binomial_NothingToChoose_IsCertain(double trials, double probability, double expected) =>
        Assert.Equal(expected, BinomialLaw.Draw(new Chance(3), trials, probability));

    [Theory]
    [InlineData(10, 4, 3)]
    [InlineData(1000, 30, 100)]
    [InlineData(1000, 900, 500)]
    [InlineData(1000, 500, 500)]
    public void Hypergeometric_ManyDraws_HasItsMomentsAndLaw(double pool, double marked, double taken)
    {
        var chance = new Chance(4);
        var share = marked / pool;

        AssertMoments(() => HypergeometricLaw.Draw(chance, pool, marked, taken), taken * share, taken * share * (1 - share) * (pool - taken) / (pool - 1));
        AssertLaw(
            () => HypergeometricLaw.Draw(chance, pool, marked, taken),
            value => Math.Exp(LogChoices(marked, value) + LogChoices(pool - marked, taken - value) - LogChoices(pool, taken)));
    }

    [Fact]
    public void Split_OfTrials_KeepsTheSumAndTheMeans()
    {
        var chance = new Chance(5);
        double[] shares = [0.2, 0, 0.5, 0.3];
        var (sums, counts) = (new double[4], new double[4]);

        for (var i = 0; i < 20_000; i++)
        {
            BinomialLaw.Split(chance, 40, shares, counts);
            Assert.Equal(40, counts.Sum());
            Add(sums, counts);
        }

        Assert.All(shares.Zip(sums), cell => Assert.Equal(40 * cell.First, cell.Second / 20_000, 5 * Math.Sqrt(40 * 0.25 / 20_000)));
        Assert.Equal(0, sums[1]);
    }

    [Fact]
    public void Split_OfAPool_TakesNoMoreThanThereIs()
    {
        var chance = new Chance(6);
        double[] pool = [3, 0, 10, 7];
        var (sums, counts) = (new double[4], new double[4]);

        for (var i = 0; i < 20_000; i++)
        {
            HypergeometricLaw.Split(chance, pool, 5, counts);
            Assert.Equal(5, counts.Sum());
            Assert.All(pool.Zip(counts), kind => Assert.InRange(kind.Second, 0, kind.First));
            Add(sums, counts);
        }

        Assert.All(pool.Zip(sums), kind => Assert.Equal(kind.First / 4, kind.Second / 20_000, 5 * Math.Sqrt(1.25 / 20_000)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(1e6)]
    public void LogFactorial_OfACount_AddsTheLogarithmOfTheNext(double count) =>
        Assert.Equal(Math.Log(count + 1), Factorials.Log(count + 1) - Factorials.Log(count), 1e-14 * Factorials.Log(count) + 1e-13);

    private static void Add(double[] sums, double[] counts)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += counts[i];
        }
    }

    private static double LogChoices(double of, double taken) =>
        taken < 0 || taken > of ? double.NegativeInfinity : Factorials.Log(of) - Factorials.Log(taken) - Factorials.Log(of - taken);

    private static void AssertMoments(Func<double> draw, double mean, double variance)
    {
        var (sum, squares, fourth) = (0.0, 0.0, 0.0);
        for (var i = 0; i < Draws; i++)
        {
            var off = draw() - mean;
            sum += off;
            squares += off * off;
            fourth += off * off * off * off;
        }

        Assert.InRange(sum / Draws, -5 * Math.Sqrt(variance / Draws), 5 * Math.Sqrt(variance / Draws));
        Assert.Equal(variance, squares / Draws, 5 * Math.Sqrt((fourth / Draws - variance * variance) / Draws));
    }

    // chi-square over all values that are expected at least ten times
    private static void AssertLaw(Func<double> draw, Func<double, double> probability)
    {
        var seen = new Dictionary<double, int>();
        for (var i = 0; i < Draws; i++)
        {
            var value = draw();
            seen[value] = seen.GetValueOrDefault(value) + 1;
        }

        var (square, cells) = (0.0, 0);
        foreach (var (value, count) in seen)
        {
            var expected = Draws * probability(value);
            if (expected >= 10)
            {
                square += (count - expected) * (count - expected) / expected;
                cells++;
            }
        }

        Assert.InRange(square, 0, cells + 5 * Math.Sqrt(2 * cells) + 5);
    }
}

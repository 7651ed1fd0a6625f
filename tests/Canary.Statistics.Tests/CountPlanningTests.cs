using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class CountPlanningTests
{
    [Fact]
    public void NatsPerSecond_WithoutAllowance_IsErrorRateTimesDivergenceOfTheShares() =>
        Gen.Select(Gen.Double[1, 1000], Gen.Double[1, 1000], Gen.Double[0.0001, 0.01], Gen.Double[1.2, 20], Gen.Double[0.8, 1.2]).Sample(
            (candidates, baselines, errors, ratio, margin) =>
            {
                var traffic = new CountTraffic(candidates, baselines, errors);
                var actual = ratio * candidates / (ratio * candidates + baselines);
                var assumed = margin * candidates / (margin * candidates + baselines);
                var expected = errors * (baselines + ratio * candidates) * InformationBound.Divergence(actual, assumed);

                Assert.Equal(1, CountPlanning.NatsPerSecond(CountTestSettings.Rollback(margin), traffic, ratio) / expected, 1e-6);
            });

    [Fact]
    public void NatsPerSecond_WithAllowance_IsTheGrowthOfTheBestAlternative() =>
        Gen.Select(Gen.Double[1, 100], Gen.Double[1, 100], Gen.Double[0, 0.05], Gen.Double[0, 10], Gen.Bool).Sample(
            (candidates, baselines, errors, ratio, rollback) =>
            {
                var settings = rollback ? CountTestSettings.Rollback(1.1, 0.002) : CountTestSettings.Acceptance(1.5, 0.005);
                var rate = Math.Min(1, ratio * errors);
                var share = CountTest.MarginShare(settings.MarginRatio, candidates, baselines);
                var (low, high) = rollback ? (0, Math.Log(100)) : (Math.Log(0.02), 0.0);
                var best = Enumerable.Range(0, 4001).Max(i =>
                {
                    var rho = Math.Exp(low + (high - low) * i / 4000);
                    var logQ = -Math.Log(1 + share * (rho - 1));
                    return candidates * rate * (Math.Log(rho) + logQ) + baselines * errors * logQ
                        - settings.MarginDifference * candidates * (rho * Math.Exp(logQ) - 1);
                });

                var growth = CountPlanning.NatsPerSecond(settings, new(candidates, baselines, errors), ratio);

                Assert.InRange(growth, best * (1 - 1e-9) - 1e-12, best * (1 + 1e-4) + 1e-4);
            });

    [Fact]
    public void SecondsToDecide_NoErrorsAnywhere_AcceptsByTheAllowanceAlone()
    {
        var traffic = new CountTraffic(20, 80, 0);

        Assert.Equal(double.PositiveInfinity, CountPlanning.SecondsToDecide(CountTestSettings.Acceptance(), traffic, 1, 3));
        Assert.InRange(CountPlanning.SecondsToDecide(CountTestSettings.Acceptance(1.5, 0.005), traffic, 1, Thresholds.LogThreshold(0.05)), 30, 60);
    }

    [Fact]
    public void SecondsToDecide_DoubledErrors_IsTheDelayFactorOverTheBound()
    {
        var bound = InformationBound.Compute(0.01, 0.02, 100, 0.1, 0.01).Seconds;

        var seconds = CountPlanning.SecondsToDecide(CountTestSettings.Rollback(1), new(10, 90, 0.01), 2, Thresholds.LogThreshold(0.01));

        Assert.InRange(seconds / bound, 1.25, 1.35);
    }

    [Fact]
    public void SecondsToDecide_OddInput_IsDefined()
    {
        var settings = CountTestSettings.Rollback();
        var traffic = new CountTraffic(10, 90, 0.01);

        Assert.Equal(0, CountPlanning.SecondsToDecide(settings, traffic, 2, 4, 4));
        Assert.Equal(double.PositiveInfinity, CountPlanning.SecondsToDecide(settings, traffic, 1, 4));
        Assert.Equal(double.PositiveInfinity, CountPlanning.SecondsToDecide(settings, new(0, 90, 0.01), 2, 4));
        Assert.Equal(double.PositiveInfinity, CountPlanning.SecondsToDecide(settings, new(10, 0, 0.01), 2, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => CountPlanning.SecondsToDecide(settings, traffic, double.NaN, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => CountPlanning.SecondsToDecide(settings, traffic, 2, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountTraffic(-1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountTraffic(1, double.NaN, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountTraffic(1, 1, 1.1));
    }

    [Fact]
    public void SecondsToDecide_Dispersion_TakesThatManyTimesLonger()
    {
        var traffic = new CountTraffic(10, 90, 0.01);

        Vector.Near(
            3 * CountPlanning.SecondsToDecide(CountTestSettings.Rollback(), traffic, 2, 4),
            CountPlanning.SecondsToDecide(CountTestSettings.Rollback(dispersion: 3), traffic, 2, 4));
    }

    [Fact]
    public void MinimumDetectableRatio_IsSeenInExactlyTheTime() =>
        Gen.Select(Gen.Double[5, 500], Gen.Double[5, 500], Gen.Double[0.001, 0.05], Gen.Double[0, 0.002], Gen.Double[60, 7200]).Sample(
            (candidates, baselines, errors, allowance, seconds) =>
            {
                var settings = CountTestSettings.Rollback(1.1, allowance);
                var traffic = new CountTraffic(candidates, baselines, errors);
                var ratio = CountPlanning.MinimumDetectableRatio(settings, traffic, seconds, 4.6);

                if (double.IsPositiveInfinity(ratio))
                {
                    Assert.True(CountPlanning.SecondsToDecide(settings, traffic, 1 / errors, 4.6) > seconds);
                }
                else
                {
                    Assert.True(ratio > 1.1);
                    Assert.InRange(CountPlanning.SecondsToDecide(settings, traffic, ratio, 4.6) / seconds, 1 - 1e-4, 1 + 1e-9);
                }
            });

    [Fact]
    public void MinimumDetectableRatio_OddInput_IsDefined()
    {
        var traffic = new CountTraffic(10, 90, 0.01);

        Assert.Equal(double.PositiveInfinity, CountPlanning.MinimumDetectableRatio(CountTestSettings.Rollback(), new(10, 90, 0), 60, 4));
        Assert.Throws<ArgumentException>(() => CountPlanning.MinimumDetectableRatio(CountTestSettings.Acceptance(), traffic, 60, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => CountPlanning.MinimumDetectableRatio(CountTestSettings.Rollback(), traffic, 0, 4));
    }
}

using Canary.Core;
using Canary.Engine.Measuring;
using CsCheck;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Measuring;

public sealed class CadenceTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void After_AnyTime_IsAheadByAtMostAnIntervalAndThenKeepsStep() =>
        Gen.Select(Gen.Long[0, 10_000_000_000], Gen.Long[1, 6_000_000_000]).Sample((ticks, length) =>
        {
            var now = Noon.AddTicks(ticks);
            var interval = TimeSpan.FromTicks(length);

            var due = Cadence.After(Checkout, now, interval);

            Assert.InRange(due - now, TimeSpan.FromTicks(1), interval);
            Assert.Equal(due + interval, Cadence.After(Checkout, due, interval));
        });

    [Fact]
    public void After_ManyRollouts_SpreadsThemOverTheInterval()
    {
        var interval = TimeSpan.FromSeconds(10);

        var tenths = Enumerable.Range(0, 1000)
            .Select(each => Cadence.After(new RolloutKey("shop", $"service-{each}"), Noon, interval) - Noon)
            .CountBy(wait => Math.Min((int)wait.TotalSeconds, 9))
            .ToDictionary();

        Assert.Equal(10, tenths.Count);
        Assert.All(tenths.Values, count => Assert.InRange(count, 50, 150));
    }
}

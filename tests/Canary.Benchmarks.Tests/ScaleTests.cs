using System.Text.RegularExpressions;
using Canary.Benchmarks.Idle;
using Canary.Benchmarks.Scale;

namespace Canary.Benchmarks.Tests;

/// <summary>The load program at its smallest, on the sandbox's server.</summary>
public sealed partial class ScaleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Abort_FewRollouts_TimesEachAbort()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are measured by /proc.");
        var size = new ScaleSize(4, 1, Real: false);

        var facts = await new AbortRun(size, 2, 4, TimeSpan.Zero, TimeProvider.System, TimeSpan.Zero).RunAsync(Cancellation);

        Assert.Equal(4, facts.FromSent.Count);
        Assert.All(facts.FromSent, one => Assert.InRange(one, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(30)));
        Assert.Equal(facts.FromSent.Order(), facts.FromSent);
        Assert.Contains("p50", AbortReport.Write(facts, size, 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ticks_FewRollouts_CountsTheirRounds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are measured by /proc.");
        var size = new ScaleSize(3, 1, Real: false);

        var facts = await new TicksRun(size, 2, TimeSpan.FromSeconds(11), TimeProvider.System, TimeSpan.Zero).RunAsync(Cancellation);

        // two rollouts with an interval of 10 s
        Assert.InRange(facts.Counted.Rounds, 2, 4);
        Assert.Equal(1, facts.Counted.NoLaterThan(30));
        Assert.True(facts.Facts.Own > 0 && facts.Core > 0);
        Assert.Contains(facts.Requests, one => one.Series.Contains("analysisruns/status", StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", TicksReport.Write(facts, size, 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_OneRolloutOfEachKind_HaveAReasonAndAreNotRepeated()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are measured by /proc.");

        var stories = await new RequestsRun(TimeProvider.System).RunAsync(Cancellation);

        Assert.Equal(["promoted", "rolled back", "aborted", "idle meanwhile"], stories.Select(story => story.What));
        Assert.All(stories.SkipLast(1), story => Assert.NotEmpty(story.Counts));
        Assert.Empty(stories[^1].Counts);
        Assert.Empty(RequestsReport.WithoutReason(stories));
        Assert.Empty(stories.SelectMany(story => story.Repeated));
    }

    [Fact]
    public async Task Soak_AFewSeconds_SamplesAndDraws()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are measured by /proc.");
        var size = new ScaleSize(3, 1, Real: false);

        var facts = await new SoakRun(size, TimeSpan.FromSeconds(6), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeProvider.System).RunAsync(Cancellation);

        Assert.InRange(facts.Samples.Count, 4, 8);
        Assert.NotEmpty(facts.Done);
        Assert.True(facts.Slope.Low <= facts.Slope.PerSecond && facts.Slope.PerSecond <= facts.Slope.High);
        Assert.Equal(facts.Samples.Count, Point().Count(SoakReport.Draw(facts)));
        Assert.Contains("MiB an hour", SoakReport.Write(facts, size, "soak.svg"), StringComparison.Ordinal);
    }

    [Fact]
    public void DelayShares_TwoMoments_TellsWhatCameBetweenThem()
    {
        const string bucket = "canary_measurement_delay_seconds_bucket{until=\"counted\",le=";
        var earlier = EngineMetrics.Parse($"{bucket}\"0.5\"}} 4\n{bucket}\"1\"}} 5\n{bucket}\"+Inf\"}} 5\ncanary_measurement_delay_seconds_count{{until=\"counted\"}} 5\ncanary_measurement_delay_seconds_sum{{until=\"counted\"}} 1\n");
        var now = EngineMetrics.Parse($"{bucket}\"0.5\"}} 10\n{bucket}\"1\"}} 13\n{bucket}\"+Inf\"}} 15\ncanary_measurement_delay_seconds_count{{until=\"counted\"}} 15\ncanary_measurement_delay_seconds_sum{{until=\"counted\"}} 6\n");

        var shares = DelayShares.Of(now, earlier, "counted");

        Assert.Equal(10, shares.Rounds);
        Assert.Equal(0.5, shares.Mean);
        Assert.Equal([(0.5, 0.6), (1, 0.8)], shares.Within);
        Assert.Equal(0.8, shares.NoLaterThan(1));
    }

    [Fact]
    public void Slope_LineWithOneStray_IgnoresIt()
    {
        var points = Enumerable.Range(0, 21).Select(at => ((double)at, at == 7 ? 1000.0 : 3 + (2.0 * at))).ToList();

        var slope = Slope.Of(points);

        Assert.Equal(2, slope.PerSecond, 1e-9);
        Assert.InRange(2, slope.Low, slope.High);
    }

    [Fact]
    public void Slope_KnownSample_HasTheIntervalOfItsRanks()
    {
        // n = 5: ten slopes, and 1.96 times the root of 5*4*15/18 is 8: the interval goes from the first slope, -1, to the tenth, 3
        (double, double)[] points = [(0, 0), (1, 2), (2, 1), (3, 4), (4, 3)];

        var slope = Slope.Of(points);

        Assert.Equal(0.875, slope.PerSecond, 1e-9);
        Assert.Equal(-1, slope.Low, 1e-9);
        Assert.Equal(3, slope.High, 1e-9);
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    [InlineData(0.001, 1)]
    public void Quantile_HundredValues_IsTheNearestRank(double share, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Quantile.Of([.. Enumerable.Range(1, 100).Select(value => TimeSpan.FromMilliseconds(value))], share));

    [GeneratedRegex(@"\d+(\.\d+)?,\d+(\.\d+)?")]
    private static partial Regex Point();
}

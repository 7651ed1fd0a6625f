using Canary.Cli.Files;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Cli.Tests.Files;

/// <summary>What an AnalysisRun keeps is enough to judge it again.</summary>
public sealed class RunBlocksTests : IDisposable
{
    private readonly Recorded _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    public void Of_BlocksOfARun_AreJudgedToTheSameEvidence(double slower)
    {
        // fewer rounds than blocks are kept, so that none was merged
        var original = Judged(RecordingFile.Read(_recorded.Lines(slower, rounds: BlockRecord.MostOfHistogram), null));

        var again = Replay.Run(original.Metrics, original.Spec, BlockRounds.Of(RunBlocks.Of(original.Metrics, original.State.Metrics), original.State.Steps?.Later));

        var (before, after) = (original.Points[^1].Verdict, again.Points[^1].Verdict);
        Assert.Equal(before.LogEvidence, after.LogEvidence, 1e-9);
        Assert.Equal(before.Metrics.Select(metric => (metric.StableRequests, metric.CandidateBad)), after.Metrics.Select(metric => (metric.StableRequests, metric.CandidateBad)));
        Assert.Equal(original.Decision.At, again.Decision.At);
    }

    [Fact]
    public void Of_MergedBlocks_HaveTheSameCounts()
    {
        var original = Judged(RecordingFile.Read(_recorded.Lines(slower: 1.3, rounds: 100), null));

        var again = Replay.Run(original.Metrics, original.Spec, BlockRounds.Of(RunBlocks.Of(original.Metrics, original.State.Metrics), original.State.Steps?.Later));

        Assert.Equal(BlockRecord.Most, original.State.Metrics[0].Blocks.Count);
        Assert.Equal(original.State.Metrics.Select(metric => metric.Candidate), again.State.Metrics.Select(metric => metric.Candidate));

        // counts are the same test in larger blocks; latency learns the stable version from larger first ones, and so sees more
        Assert.Equal(original.Points[^1].Verdict.Metrics[0].LogEvidence, again.Points[^1].Verdict.Metrics[0].LogEvidence, 1e-6);
        Assert.Equal(original.Decision.State, again.Decision.State);
    }

    [Fact]
    public void Of_MetricWithoutABlockAtATime_LeavesItOut()
    {
        var at = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        ValueList<MetricSpec> metrics = [InferredMetrics.ErrorRate("a"), InferredMetrics.ErrorRate("b")];
        MetricState State(string name, params int[] seconds) => new()
        {
            Name = name,
            Blocks = [.. seconds.Select(second => new BlockRecord(at.AddSeconds(second), 10, new Weight(5), true, [100, 1], [10, 2]))],
        };

        var blocks = RunBlocks.Of(metrics, [State("a", 10, 20), State("b", 20)]);

        Assert.Equal([new MetricReading.Counts(100, 1), new MetricReading.Absent()], blocks[0].Stable);
        Assert.Equal([new MetricReading.Counts(10, 2), new MetricReading.Counts(10, 2)], blocks[1].Candidate);
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)], blocks.Select(block => block.Length));
    }

    [Fact]
    public void Of_EveryKindOfMetric_IsReadAsWhatItWas()
    {
        var at = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var scrape = new ScrapeSpec(null, null);
        ValueList<SeriesSelector> series = [new SeriesSelector("x", [])];
        ValueList<MetricSpec> metrics =
        [
            new MetricSpec.Latency { Name = "slo", Scrape = scrape, Margins = new Margins(), Histogram = series[0], SlowerThan = 250 },
            new MetricSpec.Gauge { Name = "cpu", Scrape = scrape, Selectors = series },
            new MetricSpec.Traffic { Name = "traffic", Scrape = scrape, Requests = series },
            new MetricSpec.Guard { Name = "guard", Scrape = scrape, Requests = series, Errors = series },
        ];
        ValueList<ValueList<double>> numbers = [[100, 5], [3, 2], [70], [50, 1]];
        var states = metrics.Select((metric, i) => new MetricState { Name = metric.Name, Blocks = [new BlockRecord(at, 10, new Weight(5), true, numbers[i], numbers[i])] }).ToList();

        var read = RunBlocks.Of(metrics, states)[0].Stable;

        Assert.Equal(
            [new MetricReading.Buckets([250, double.PositiveInfinity], [95, 100]), new MetricReading.Level(1.5), new MetricReading.Counts(70, 0), new MetricReading.Counts(50, 1)],
            read);
    }

    [Fact]
    public void Settled_MeasuredDispersion_IsTaken()
    {
        var state = new MetricState { Name = "errors", Terms = new MetricTerms(2.5, DispersionBasis.Measured, false) };

        var settled = (MetricSpec.ErrorRate)RunBlocks.Settled(InferredMetrics.ErrorRate("errors"), state);

        Assert.Equal(2.5, settled.Clustering.Dispersion);
        Assert.Null(((MetricSpec.ErrorRate)RunBlocks.Settled(settled with { Clustering = new() }, state with { Terms = new MetricTerms(1, DispersionBasis.Assumed, false) })).Clustering.Dispersion);
    }

    private static Trajectory Judged(Recording recording) => Replay.Run(recording.Metrics, recording.Spec, recording.Rounds);
}

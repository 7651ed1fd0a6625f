using BenchmarkDotNet.Attributes;
using Canary.Core.Analysis;
using Canary.Metrics.Scrape;

namespace Canary.Benchmarks.Functions;

/// <summary>One pod's answer of 200 KB, from its bytes to the readings of the golden signals.</summary>
public class ExpositionBenchmarks
{
    private readonly byte[] _text = Samples.Exposition(200_000);
    private readonly CompiledMetric[] _metrics = [.. Samples.GoldenSignals().Select(CompiledMetric.Compile)];

    public ExpositionBenchmarks()
    {
        if (Parse().Any(reading => reading is MetricReading.Absent or MetricReading.Invalid))
        {
            throw new InvalidOperationException("the sample holds no readings");
        }
    }

    [Benchmark(Description = "Parse a Prometheus exposition of 200 KB for two metrics")]
    public MetricReading[] Parse()
    {
        var collector = new PodCollector([.. _metrics.Select(metric => metric.NewAccumulator())]);
        using var stream = new MemoryStream(_text);

        // a stream in memory answers at once, so nothing is waited for
        var read = ExpositionReader.ReadAsync(stream, new PrometheusText(collector, openMetrics: false), long.MaxValue, mustEndInLineFeed: true, CancellationToken.None).GetAwaiter().GetResult();
        return read.Problem is null ? collector.Finish() : throw new InvalidOperationException(read.Problem);
    }
}

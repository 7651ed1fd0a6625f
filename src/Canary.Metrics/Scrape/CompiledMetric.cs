using System.Text;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Metrics.Scrape;

/// <summary>A metric with its selectors compiled, or with the reason why they cannot be. Immutable.</summary>
internal sealed class CompiledMetric
{
    private readonly Func<MetricAccumulator> _create;

    private CompiledMetric(Func<MetricAccumulator> create) => _create = create;

    public static CompiledMetric Compile(MetricSpec spec) => spec switch
    {
        MetricSpec.ErrorRate rate => CompileRate(rate.Requests, rate.Errors),
        MetricSpec.Guard guard => CompileRate(guard.Requests, guard.Errors),
        MetricSpec.Traffic traffic => CompileRate(traffic.Requests, []),
        MetricSpec.Latency latency => CompileLatency(latency),
        MetricSpec.Gauge gauge => CompileLevel(gauge.Selectors, gauge.Combine),
        MetricSpec.Series series => CompileLevel(series.Selectors, series.Combine),
        _ => Unusable($"metrics of the kind {spec.GetType().Name} cannot be scraped"),
    };

    public MetricAccumulator NewAccumulator() => _create();

    private static CompiledMetric CompileLevel(ValueList<SeriesSelector> series, Combining combining)
    {
        var selectors = SelectorMatching.CompileAll(series, out var problem);
        return problem is null ? new CompiledMetric(() => new LevelAccumulator(selectors, combining)) : Unusable($"selectors: {problem}");
    }

    private static CompiledMetric CompileRate(ValueList<SeriesSelector> all, ValueList<SeriesSelector> failed)
    {
        var requests = SelectorMatching.CompileAll(all, out var problem);
        if (problem is not null)
        {
            return Unusable($"requests: {problem}");
        }

        var errors = SelectorMatching.CompileAll(failed, out problem);
        if (problem is not null)
        {
            return Unusable($"errors: {problem}");
        }

        // Errors are counted among the requests; from a series that is none of them they would for ever be 0, and everything would pass.
        var stranger = errors.FirstOrDefault(error => !requests.Any(request => request.Metric.SequenceEqual(error.Metric)));
        return stranger is null
            ? new CompiledMetric(() => new CountsAccumulator(requests, errors))
            : Unusable($"errors: {Encoding.UTF8.GetString(stranger.Metric)} is none of the request series; failed requests are a part of all requests, told apart by a label");
    }

    private static CompiledMetric CompileLatency(MetricSpec.Latency latency)
    {
        var buckets = SelectorMatching.TryCompile(latency.Histogram, "_bucket", out var problem);
        var counts = SelectorMatching.TryCompile(latency.Histogram, "_count", out _);
        return buckets is null || counts is null
            ? Unusable($"histogram: {problem}")
            : new CompiledMetric(() => new BucketsAccumulator(latency.Histogram.Metric, buckets, counts, latency.MillisecondsPerUnit));
    }

    private static CompiledMetric Unusable(string reason) => new(() => new UnusableAccumulator(reason));

    private sealed class UnusableAccumulator(string reason) : MetricAccumulator
    {
        public override bool Wants(ReadOnlySpan<byte> name) => false;

        protected override void Add(in Sample sample)
        {
        }

        protected override MetricReading Conclude() => new MetricReading.Invalid(reason);
    }
}

using System.Text;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;
using Canary.Metrics.Scrape;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

/// <summary>Specs, pods and short ways to read a text.</summary>
internal static class Readings
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static MetricSpec.ErrorRate Rate(string[] requests, string[] errors, string? port = null, string? path = null) => new()
    {
        Name = "error-rate",
        Scrape = new ScrapeSpec(port, path),
        Margins = new Margins(),
        Requests = requests.Select(Selector).ToValueList(),
        Errors = errors.Select(Selector).ToValueList(),
    };

    public static MetricSpec.Latency Latency(string histogram, double millisecondsPerUnit = 1, string? port = null, string? path = null) => new()
    {
        Name = "latency",
        Scrape = new ScrapeSpec(port, path),
        Margins = new Margins(),
        Histogram = Selector(histogram),
        MillisecondsPerUnit = millisecondsPerUnit,
    };

    public static SeriesSelector Selector(string text)
    {
        var selector = SeriesSelectorParser.Parse(text, "test", out var problems);
        Assert.Empty(problems);
        return selector!; // there are no problems
    }

    public static PodTarget Pod(string name, string address = "127.0.0.1", string? port = null, string? path = null, ArmName arm = ArmName.Candidate) => new()
    {
        Uid = $"uid-{name}",
        Name = name,
        Arm = arm,
        Address = address,
        Restarts = 0,
        ReadySince = Noon,
        ScrapePort = port,
        ScrapePath = path,
    };

    public static MetricReading Read(MetricSpec spec, string text)
    {
        var collector = new PodCollector([CompiledMetric.Compile(spec).NewAccumulator()]);
        Assert.Null(Problem(collector, text));
        return Assert.Single(collector.Finish());
    }

    public static string Invalid(MetricSpec spec, string text) => Assert.IsType<MetricReading.Invalid>(Read(spec, text)).Reason;

    public static string? Problem(ISampleVisitor visitor, string text, bool openMetrics = false) => Problem(visitor, Encoding.UTF8.GetBytes(text), openMetrics);

    public static string? Problem(ISampleVisitor visitor, byte[] text, bool openMetrics = false)
    {
        using var stream = new MemoryStream(text);
        return ExpositionReader.ReadAsync(stream, new PrometheusText(visitor, openMetrics), long.MaxValue, false, TestContext.Current.CancellationToken)
            .GetAwaiter().GetResult().Problem;
    }

    /// <summary>Keeps everything that it is shown.</summary>
    public sealed class Everything : ISampleVisitor
    {
        public List<Series> Series { get; } = [];

        public bool Wants(ReadOnlySpan<byte> name) => true;

        public void Visit(in Sample sample)
        {
            var labels = new List<(string, string)>();
            foreach (var label in sample.Labels)
            {
                labels.Add((Encoding.UTF8.GetString(sample.NameOf(label)), Encoding.UTF8.GetString(sample.ValueOf(label))));
            }

            Series.Add(new Series(Encoding.UTF8.GetString(sample.Name), labels.ToValueList(), sample.Value, sample.Line));
        }
    }

    public sealed record Series(string Name, ValueList<(string Name, string Value)> Labels, double Value, long Line);
}

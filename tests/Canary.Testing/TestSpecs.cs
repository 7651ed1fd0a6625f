using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Testing;

/// <summary>Specs that tests start from.</summary>
public static class TestSpecs
{
    public static RolloutSpec Default { get; } = new()
    {
        Deployment = "checkout",
        Service = "checkout",
        Traffic = new TrafficSpec { VirtualServices = [new VirtualServiceReference("checkout", ["primary"])], DestinationRule = "checkout" },
        Steps =
        [
            new Step.SetWeight(new Weight(5)),
            new Step.Analyze(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)),
            new Step.SetWeight(new Weight(50)),
            new Step.Analyze(TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            new Step.SetWeight(Weight.Full),
            new Step.Analyze(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)),
        ],
        Analysis = new AnalysisSpec { Templates = [new TemplateReference("golden-signals", true)] },
    };

    /// <summary>As the default, and compared with fresh pods.</summary>
    public static RolloutSpec Fresh { get; } = Default with { Analysis = Default.Analysis with { Baseline = BaselineKind.Fresh } };

    public static ScrapeSpec Scrape { get; } = new(null, null);

    public static ValueList<MetricSpec> Metrics { get; } =
    [
        new MetricSpec.ErrorRate
        {
            Name = "errors",
            Scrape = Scrape,
            Share = 0.4,
            Margins = new Margins(),
            Requests = [new SeriesSelector("istio_requests_total", [])],
            Errors = [new SeriesSelector("istio_requests_total", [new LabelMatcher("response_code", MatchOperator.Matches, "5..")])],
        },
        new MetricSpec.Latency
        {
            Name = "latency",
            Scrape = Scrape,
            Share = 0.3,
            Margins = new Margins(),
            Histogram = new SeriesSelector("istio_request_duration_milliseconds", []),
        },
    ];

    public static Verdict Verdict(VerdictState state, DateTimeOffset at) => new() { State = state, Reason = $"the verdict is {state}", EvidenceAt = at };
}

using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Notifications;
using Canary.Core.Traffic;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Tests.Traffic;
using CsCheck;
using Xunit;

namespace Canary.Kubernetes.Tests.Mapping;

public sealed class MappingTests
{
    [Fact]
    public void Read_FullExample_MeansWhatItSays()
    {
        var documents = MeshYaml.All(File.ReadAllText(Repository.PathOf("deploy", "examples", "rollout.yaml")));

        var mapped = RolloutMapping.Read(documents[1]);

        Assert.Empty(mapped.Problems);
        Assert.Equal(
            new RolloutSpec
            {
                Deployment = "payments",
                Service = "payments",
                Traffic = new TrafficSpec { VirtualServices = [new VirtualServiceReference("payments", ["primary"])], DestinationRule = "payments" },
                Steps =
                [
                    new Step.SetWeight(new Weight(5)),
                    new Step.Analyze(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)),
                    new Step.SetWeight(new Weight(25)),
                    new Step.Analyze(TimeSpan.Zero, TimeSpan.FromMinutes(10)),
                    new Step.Pause(null),
                    new Step.SetWeight(Weight.Full),
                    new Step.Analyze(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)),
                ],
                Analysis = new AnalysisSpec
                {
                    Templates = [new TemplateReference("golden-signals", true)],
                    Arguments = [new TemplateArgument("error-margin", "1.10"), new TemplateArgument("accept-difference", "0.005")],
                },
                Notifications =
                [
                    new NotificationRule(new NotificationTarget("oncall", "#payments"), NotificationRule.UsualEvents, Severity.Info),
                    new NotificationRule(
                        new NotificationTarget("audit"),
                        [NotificationEvent.Started, NotificationEvent.RolledBack, NotificationEvent.Aborted, NotificationEvent.Promoted, NotificationEvent.Unanalysed, NotificationEvent.Command],
                        Severity.Info),
                ],
            },
            mapped.Value);
    }

    [Fact]
    public void Read_PlanThatEndsEarly_IsCompletedToAllRequests()
    {
        var spec = Read("strategy: {canary: {steps: [{setWeight: 20}, {pause: {duration: 1h30m}}]}}").Value!;

        Assert.Equal(
            [
                new Step.SetWeight(new Weight(20)),
                new Step.Pause(TimeSpan.FromMinutes(90)),
                new Step.SetWeight(Weight.Full),
                new Step.Analyze(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10)),
            ],
            spec.Steps);
    }

    [Fact]
    public void Read_PlanWithoutTemplates_IsCompletedWithoutAnalysis()
    {
        var spec = Read("strategy: {canary: {steps: [{setWeight: 20}, {pause: {}}]}}", templates: "[]").Value!;

        Assert.Equal([new Step.SetWeight(new Weight(20)), new Step.Pause(null), new Step.SetWeight(Weight.Full)], spec.Steps);
    }

    [Fact]
    public void Read_NullFields_CountAsAbsent()
    {
        var mapped = Read("rollback: null\n  progressDeadline: null\n  strategy: null");

        Assert.Empty(mapped.Problems);
        Assert.Equal(TimeSpan.FromMinutes(10), mapped.Value!.ProgressDeadline);
    }

    [Fact]
    public void ReadTemplates_GoldenSignals_FillsInArgumentsAndShares()
    {
        var template = Repository.Manifest("analysis-templates", "golden-signals.yaml");
        var spec = new AnalysisSpec { Templates = [new TemplateReference("golden-signals", true)], Arguments = [new TemplateArgument("error-margin", "1.25")] };

        var metrics = TemplateMapping.Read(spec, "shop", _ => template).Value!;

        var errors = Assert.IsType<MetricSpec.ErrorRate>(metrics[0]);
        Assert.Equal(new Margins(1.25, 0, 1.5, 0), errors.Margins);
        Assert.Equal(3, errors.Errors.Count);
        var latency = Assert.IsType<MetricSpec.Latency>(metrics[1]);
        Assert.Equal(new Margins(1.1, 0, 1.5, 0), latency.Margins);
        Assert.Equal(0.4 / 0.7, errors.Share, 12);
        Assert.Equal(0.3 / 0.7, latency.Share, 12);
    }

    [Theory]
    [InlineData("eell", null, "0.4 0.15 0.3 0.15")]
    [InlineData("e", null, "1")]
    [InlineData("l", null, "1")]
    [InlineData("ell", null, "0.4 0.3 0.3")]
    [InlineData("el", 3.0, "0.75 0.25")]
    public void Share_Metrics_SumToOne(string kinds, double? weightOfFirst, string expected)
    {
        var metrics = kinds.Select((kind, index) => new WeighedMetric(Metric(kind, index), index == 0 ? weightOfFirst : null)).ToList();

        var shares = TemplateMapping.Share(metrics).Select(metric => metric.Share).ToList();

        Assert.Equal(expected.Split(' ').Select(double.Parse), shares.Select(share => Math.Round(share, 12)));
        Assert.Equal(1, shares.Sum(), 12);
    }

    [Theory]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("90s", 90_000)]
    [InlineData("500ms", 500)]
    [InlineData("0s", 0)]
    [InlineData("1m1ms", 60_001)]
    [InlineData("87600h", 315_360_000_000)]
    public void TryParse_Duration_IsUnderstood(string text, long milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("1.5h")]
    [InlineData("1d")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("87601h")]
    [InlineData("99999999999999999999999h")]
    [InlineData("000000000000000000000000000000001s")]
    public void TryParse_NoDuration_IsRefused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void Write_AnyDuration_IsReadAgain() => Gen.Long[0, (long)Durations.Longest.TotalMilliseconds].Sample(milliseconds =>
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        return Durations.TryParse(Durations.Write(duration), out var read) && read == duration;
    });

    [Theory]
    [InlineData("setWieght", "setWeight")]
    [InlineData("promot", "promote")]
    [InlineData("PROMOTE", "promote")]
    [InlineData("kubernetes", null)]
    public void Nearest_Word_IsWhatWasMeant(string written, string? meant) => Assert.Equal(meant, Spelling.Nearest(written, ["setWeight", "pause", "promote"]));

    private static MetricSpec Metric(char kind, int index) => kind == 'e'
        ? new MetricSpec.ErrorRate { Name = $"m{index}", Scrape = new ScrapeSpec(null, null), Margins = new Margins(), Requests = [], Errors = [] }
        : new MetricSpec.Latency { Name = $"m{index}", Scrape = new ScrapeSpec(null, null), Margins = new Margins(), Histogram = new SeriesSelector("x", []) };

    private static Mapped<RolloutSpec> Read(string more, string templates = "[{name: golden, clusterScope: true}]") => RolloutMapping.Read(MeshYaml.One($$$"""
        spec:
          workloadRef: {name: checkout}
          service: checkout
          traffic: {istio: {virtualServices: [{name: checkout}]}}
          analysis: {templates: {{{templates}}}}
          {{{more}}}
        """));
}

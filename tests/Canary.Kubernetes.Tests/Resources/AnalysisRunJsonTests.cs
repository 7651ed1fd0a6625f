using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Tests.Mapping;
using CsCheck;
using Xunit;

namespace Canary.Kubernetes.Tests.Resources;

public sealed class AnalysisRunJsonTests
{
    private static readonly RolloutKey Key = new("shop", "checkout");
    private static readonly JsonObject Schema = Repository.Schema("analysisruns.yaml");

    private static readonly Gen<string> Texts = Gen.String[Generators.Pick('a', 'Z', '0', '"', '\\', '\n', '{', '}', ' ', 'ä', '.', '*'), 0, 12];

    private static readonly Gen<SeriesSelector> Selectors = Gen.Select(
        Generators.Pick("requests_total", "http:requests", "x"),
        Gen.Select(Generators.Pick("code", "a_b", "with space"), Generators.Pick(MatchOperator.Equal, MatchOperator.NotEqual), Texts).Select(drawn => new LabelMatcher(drawn.Item1, drawn.Item2, drawn.Item3)).List[0, 3])
        .Select(pair => new SeriesSelector(pair.Item1, pair.Item2.ToValueList()));

    private static readonly Gen<Margins> Bounds = Gen.Select(Gen.Double[1, 3], Gen.Double[0, 0.4], Gen.Double[3.1, 9], Gen.Double[0.4, 0.9])
        .Select(drawn => new Margins(drawn.Item1, drawn.Item2, drawn.Item3, drawn.Item4));

    private static readonly Gen<MetricSpec> Metrics = Gen.OneOf(
        Gen.Select(Selectors, Selectors, Bounds, Gen.Double[1e-9, 1]).Select(drawn => (MetricSpec)new MetricSpec.ErrorRate
        {
            Name = "errors", Required = false, Scrape = new ScrapeSpec("9090", "/m"), Requests = [drawn.Item1], Errors = [drawn.Item2], Margins = drawn.Item3, Share = drawn.Item4,
        }),
        Gen.Select(Selectors, Bounds, Generators.Pick(1d, 1000d), Gen.Double[1e-9, 1]).Select(drawn => (MetricSpec)new MetricSpec.Latency
        {
            Name = "latency", Scrape = new ScrapeSpec("http-metrics", null), Histogram = drawn.Item1, Margins = drawn.Item2, MillisecondsPerUnit = drawn.Item3, Share = drawn.Item4,
        }));

    private static readonly AnalysisSpec Settings = new()
    {
        Interval = TimeSpan.FromMilliseconds(1500),
        WarmUp = TimeSpan.Zero,
        Templates = [new TemplateReference("golden", true), new TemplateReference("own", false)],
        Arguments = [new TemplateArgument("margin", "1.10")],
        FalseRollback = 0.02,
        MissedRegression = 0.1,
        OnInconclusive = InconclusivePolicy.RollBack,
        NoDataHold = TimeSpan.FromHours(2),
        AfterNoData = InconclusivePolicy.Promote,
        History = 7,
        Baseline = BaselineKind.Fresh,
        BaselineReplicas = 2,
    };

    [Fact]
    public void Read_AnyMetricsThatWereWritten_AreTheSame() => Metrics.List[0, 3].Sample(
        metrics =>
        {
            var run = Run(metrics.ToValueList());

            var read = AnalysisRunJson.Read(run);

            Assert.Empty(read.Problems);
            Assert.Equal(metrics.ToValueList(), read.Value!.Metrics);
            Assert.Equal(Settings, read.Value.Spec);
            Assert.Equal(AnalysisState.Empty, read.Value.State);
            Assert.Empty(StatusJsonTests.Unknown(run["spec"], Schema["properties"]!["spec"]!.AsObject(), "spec"));
        },
        iter: 300);

    [Fact]
    public void Status_Evidence_IsReadAgainAndShownToPeople()
    {
        var run = Run([]);
        var state = new AnalysisState { RoundAt = DateTimeOffset.UnixEpoch, Share = new ShareCount(new Weight(5), 1.5, -0.0) };
        var verdict = new Verdict
        {
            State = VerdictState.Fail,
            Reason = "213 to 1",
            LogThreshold = 4.6,
            Metrics =
            [
                new MetricVerdict { Name = "errors", Measurement = MeasurementState.Value, LogEvidence = 5.4, Ratio = double.NaN, RatioUpper = double.PositiveInfinity, StableRequests = 100, Sentence = "more errors" },
                new MetricVerdict { Name = "latency", Measurement = MeasurementState.NoData, Sentence = "no series" },
            ],
        };

        run["status"] = AnalysisRunJson.Status(run, state, verdict);
        run = StatusJsonTests.Through(run);

        Assert.Equal(state, AnalysisRunJson.Read(run).Value!.State);
        Assert.Equal("Running", (string?)run["status"]!["phase"]);
        Assert.False(AnalysisRunJson.IsFinished(run));
        Assert.Equal("Fail", (string?)run["status"]!["metrics"]![0]!["state"]);
        Assert.Equal("Unknown", (string?)run["status"]!["metrics"]![1]!["state"]);
        Assert.Null(run["status"]!["metrics"]![0]!["ratio"]);
        Assert.Equal(100, (double)run["status"]!["metrics"]![0]!["stableRequests"]!);
        Assert.Empty(StatusJsonTests.Unknown(run["status"], Schema["properties"]!["status"]!.AsObject(), "status"));
    }

    [Theory]
    [InlineData(Outcome.Promoted, "Pass", "Passed")]
    [InlineData(Outcome.Promoted, "Running", "Inconclusive")]
    [InlineData(Outcome.RolledBack, "Fail", "Failed")]
    [InlineData(Outcome.RolledBack, "Unknown", "Inconclusive")]
    [InlineData(Outcome.Aborted, "Pass", "Cancelled")]
    [InlineData(Outcome.Superseded, "Running", "Cancelled")]
    public void Finished_Outcome_NamesThePhaseAndKeepsTheEvidence(Outcome outcome, string verdict, string phase)
    {
        var run = new JsonObject { ["status"] = new JsonObject { ["verdict"] = new JsonObject { ["state"] = verdict }, ["state"] = new JsonObject { ["schema"] = 1 } } };

        var status = AnalysisRunJson.Finished(run, outcome, DateTimeOffset.UnixEpoch);

        Assert.Equal(phase, (string?)status["phase"]);
        Assert.Equal("1970-01-01T00:00:00Z", (string?)status["finishedAt"]);
        Assert.NotNull(status["state"]);
        Assert.True(AnalysisRunJson.IsFinished(new JsonObject { ["status"] = status }));
    }

    [Fact]
    public void Read_StateThatCannotBeRead_IsAProblemNotACrash()
    {
        var run = Run([]);
        run["status"] = new JsonObject { ["state"] = new JsonObject { ["schema"] = 99 } };

        var read = AnalysisRunJson.Read(run);

        Assert.Null(read.Value);
        Assert.Contains("status.state", Assert.Single(read.Problems).Path, StringComparison.Ordinal);
    }

    private static JsonObject Run(ValueList<MetricSpec> metrics) => StatusJsonTests.Through(AnalysisRunJson.Create(
        new Effect.StartAnalysis("checkout-h2-1", new Revision("h1"), new Revision("h2"), metrics, Settings), Key, new JsonObject()));
}

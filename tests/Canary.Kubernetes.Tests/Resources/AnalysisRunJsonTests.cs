using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Tests.Mapping;
using Canary.Testing;
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
            SlowerThan = drawn.Item3 == 1 ? null : 250, Clustering = new Clustering(2.5, 3, true), Known = [1.5, 1e-9, 12],
        }),
        Gen.Select(Selectors, Gen.Enum<Combining>(), Gen.Double[1, 3], Gen.Bool).Select(drawn => (MetricSpec)new MetricSpec.Gauge
        {
            Name = "cpu", Scrape = new ScrapeSpec(null, null), Selectors = [drawn.Item1], Combine = drawn.Item2, MarginRatio = drawn.Item3, RollsBack = drawn.Item4, Share = drawn.Item4 ? 0.3 : 1,
        }),
        Gen.Select(Selectors, Generators.Pick<SeriesRule>(
            new SeriesRule.Threshold { Above = 10.5, Failures = 2, Samples = 7 },
            new SeriesRule.Threshold { Below = 1, Above = 3 },
            new SeriesRule.MannWhitney { At = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10)], Step = TimeSpan.FromSeconds(30), Margin = 0.1, Direction = WorseDirection.Either },
            new SeriesRule.Kayenta { At = [TimeSpan.FromHours(1)], Direction = WorseDirection.Decrease, Pass = 90, Marginal = 80 })).Select(drawn => (MetricSpec)new MetricSpec.Series
        {
            Name = "queue", Scrape = new ScrapeSpec(null, null), Selectors = [drawn.Item1], Combine = Combining.Max, Rule = drawn.Item2, Share = 1,
        }),
        Gen.Select(Selectors, Gen.Double[1.01, 3]).Select(drawn => (MetricSpec)new MetricSpec.Traffic { Name = "share", Scrape = new ScrapeSpec(null, null), Requests = [drawn.Item1], Tolerance = drawn.Item2, RequestsPerSession = 10 * drawn.Item2 }),
        Gen.Select(Selectors, Gen.Double[0.01, 0.9]).Select(drawn => (MetricSpec)new MetricSpec.Guard
        {
            Name = "limit", Scrape = new ScrapeSpec(null, null), Requests = [drawn.Item1], Errors = [drawn.Item1], MostErrors = drawn.Item2, FewestRequests = 77, Window = TimeSpan.FromSeconds(90),
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

    [Fact]
    public void Status_EveryNumber_IsInTheDefinition()
    {
        var run = Run([]);
        var metric = new MetricVerdict
        {
            Name = "latency", Measurement = MeasurementState.Value, Sentence = "p99 rises", Tripped = true, StableRequests = 10, CandidateRequests = 10, Ratio = 1, RatioLower = 0.5, RatioUpper = 2,
            DifferencePercentPoints = 0.1, DifferenceMilliseconds = 12, StableValues = [new NamedValue("p99", 100, 90, 110)], CandidateValues = [new NamedValue("p99", 112)],
            Evidence = "2 to 1", LogEvidence = 0.7, LogThreshold = 5, LogAcceptance = 1, LooksLike = "p99 stretched", SecondsToDecide = 60, SmallestVisibleRatio = 1.6, Dispersion = 1,
            DispersionBasis = DispersionBasis.Assumed, Assumptions = ["requests are independent"], Warning = "watch it", StableRate = 100, CandidateRate = 5,
        };
        var verdict = new Verdict { State = VerdictState.Fail, Reason = "p99 rises", LogEvidence = 5, LogThreshold = 4.6, ObservedShare = 0.05, Power = "it sees", Metrics = [metric] };

        run["status"] = AnalysisRunJson.Status(run, AnalysisState.Empty, verdict);

        Assert.Equal(30, run["status"]!["metrics"]![0]!.AsObject().Count);
        Assert.Empty(StatusJsonTests.Unknown(run["status"], Schema["properties"]!["status"]!.AsObject(), "status"));
    }

    [Fact]
    public void Status_TenMetricsAfterALongRollout_StaySmall()
    {
        MetricSpec[] metrics = [.. Enumerable.Range(0, 10).Select(Metric)];
        var state = AnalysisState.Empty;
        var counters = new double[2, 21];
        var random = new SplitMixRandom(7);
        for (var round = 0; round < 400; round++)
        {
            var exposure = new Exposure(DateTimeOffset.UnixEpoch.AddSeconds(round < 50 ? 1e6 : 250), new Weight(round < 150 ? 5 : round < 270 ? 25 : 50), DateTimeOffset.UnixEpoch);
            exposure = round < 50 ? Exposure.None : exposure;
            for (var arm = 0; arm < 2; arm++)
            {
                for (var bucket = 0; bucket < 21; bucket++)
                {
                    var added = Math.Floor(random.NextDouble() * 60);
                    for (var later = bucket; later < 21; later++)
                    {
                        counters[arm, later] += added;
                    }
                }
            }

            var at = DateTimeOffset.UnixEpoch.AddSeconds(5 * round);
            state = Judge.Advance(metrics.ToValueList(), new AnalysisSpec { WarmUp = TimeSpan.Zero }, state, exposure, new Measurement(at, [Pod(ArmName.Stable, 0), Pod(ArmName.Candidate, 1)]));

            PodReading Pod(ArmName arm, int index) => new()
            {
                Uid = arm.ToString(), Pod = arm.ToString(), Arm = arm, Epoch = "0", ReadySince = DateTimeOffset.UnixEpoch.AddDays(-1), At = at,
                Metrics = [.. metrics.Select(metric => metric is MetricSpec.Latency
                    ? new MetricReading.Buckets([.. Enumerable.Range(1, 20).Select(i => Math.Pow(1.6, i)), double.PositiveInfinity], [.. Enumerable.Range(0, 21).Select(i => counters[index, i])])
                    : (MetricReading)new MetricReading.Counts(counters[index, 20], counters[index, 1]))],
            };
        }

        var run = Run(metrics.ToValueList());
        run["status"] = AnalysisRunJson.Status(run, state, Judge.Conclude(metrics.ToValueList(), new AnalysisSpec(), state));

        var size = run.ToJsonString().Length;
        // half of them histograms of 20 buckets; a server takes 1.5 MiB
        Assert.InRange(size, 20_000, 120 * 1024);
        Assert.Equal(state, AnalysisRunJson.Read(StatusJsonTests.Through(run)).Value!.State);

        static MetricSpec Metric(int index) => index % 2 == 0
            ? new MetricSpec.ErrorRate { Name = $"m{index}", Scrape = new ScrapeSpec(null, null), Margins = new Margins(), Requests = [new SeriesSelector("a", [])], Errors = [new SeriesSelector("a", [])] }
            : new MetricSpec.Latency { Name = $"m{index}", Scrape = new ScrapeSpec(null, null), Margins = new Margins(), Histogram = new SeriesSelector("h", []) };
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

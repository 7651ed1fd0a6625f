using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Tests.Mapping;
using Canary.Testing;
using CsCheck;
using Xunit;

namespace Canary.Kubernetes.Tests.Resources;

public sealed class StatusJsonTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly RolloutStatus Stepping = new()
    {
        Phase = Phase.Progressing,
        Message = "step 2 of 6",
        ObservedGeneration = 3,
        Plan = TestSpecs.Default,
        Stable = new Arm(new Revision("h1"), "checkout-h1", "shop/checkout:v1"),
        Candidate = new Arm(new Revision("h2"), "checkout-h2", "shop/checkout:v2", Noon),
        Journey = new Journey { Stage = Stage.Stepping, Step = 1, EnteredAt = Noon, AnalysisRun = "checkout-h2-1" },
        Traffic = new TrafficStatus(new Revision("h1"), new Revision("h2"), new Weight(5), Noon),
        Verdict = new VerdictStatus(VerdictState.Running, "1.1 times the errors", "checkout-h2-1"),
        LastCommand = new CommandStatus { Raw = "resume", Verb = CommandVerb.Resume, By = "ann", At = Noon, Result = CommandResult.Accepted, Message = "the plan goes on" },
        History = [new HistoryEntry(new Revision("h0"), "shop/checkout:v0", Outcome.Aborted, "aborted by ann", "ann", Noon, Noon.AddMinutes(1), new Revision("h1"))],
        Conditions = [new Condition("Ready", null, "Stepping", "a rollout is under way", Noon)],
    };

    [Fact]
    public void Read_AnyStatusThatWasWritten_IsTheSame() => Generators.Status.Sample(
        status =>
        {
            var rollout = Through(new JsonObject { ["status"] = RolloutStatusJson.Write(status) });

            var (read, problem) = RolloutStatusJson.Read(rollout);

            Assert.Null(problem);
            Assert.Equal(status, read);
            Assert.Equal(status.Journey?.EnteredAt.Offset, read.Journey?.EnteredAt.Offset);
        },
        iter: 300);

    [Fact]
    public void ReadState_AnyEvidenceThatWasWritten_IsTheSameToTheBit() => Generators.State.Sample(
        state =>
        {
            var read = EngineJson.ReadState(Through(EngineJson.Write(state)));

            Assert.Equal(state, read);
            Assert.Equal(Bits(state), Bits(read));
        },
        iter: 300);

    [Fact]
    public void Write_AnyStatus_HasOnlyFieldsOfTheDefinition()
    {
        var schema = Repository.Schema("rollouts.yaml")["properties"]!["status"]!.AsObject();

        Generators.Status.Sample(status => Assert.Empty(Unknown(RolloutStatusJson.Write(status), schema, "status")), iter: 100);
    }

    [Fact]
    public void Write_RolloutUnderWay_ShowsPeopleWhereItStands()
    {
        var written = RolloutStatusJson.Write(Stepping);

        Assert.Equal("Progressing", (string?)written["phase"]);
        Assert.Equal("2/6 analyze", (string?)written["stepLabel"]);
        Assert.Equal("""{"index":1,"of":6,"kind":"analyze","startedAt":"2026-11-23T12:00:00Z","deadline":"2026-11-23T12:10:00Z"}""", written["step"]!.ToJsonString());
        Assert.Equal("""{"revision":"h1","replicaSet":"checkout-h1","image":"shop/checkout:v1","weight":95}""", written["stable"]!.ToJsonString());
        Assert.Equal("""{"revision":"h2","replicaSet":"checkout-h2","image":"shop/checkout:v2","weight":5,"startedAt":"2026-11-23T12:00:00Z"}""", written["candidate"]!.ToJsonString());
        Assert.Equal("""{"state":"Running","reason":"1.1 times the errors","analysisRun":"checkout-h2-1"}""", written["verdict"]!.ToJsonString());
        Assert.Equal("resume", (string?)written["lastCommand"]!["verb"]);
        Assert.Equal("Aborted", (string?)written["history"]![0]!["outcome"]);
        Assert.Equal("Unknown", (string?)written["conditions"]![0]!["status"]);
    }

    [Fact]
    public void Write_BaselineServes_ShowsItsShareBesideTheOthers()
    {
        var status = Stepping with
        {
            Journey = Stepping.Journey! with { Baseline = new Arm(new Revision("h1-b1"), "checkout-h1-b1", "shop/checkout:v1") },
            Traffic = Stepping.Traffic! with { Baseline = new BaselineTraffic(new Revision("h1-b1"), true) },
        };

        var written = RolloutStatusJson.Write(status);

        Assert.Equal("""{"revision":"h1-b1","replicaSet":"checkout-h1-b1","image":"shop/checkout:v1","weight":5}""", written["baseline"]!.ToJsonString());
        Assert.Equal((90, 5), ((int)written["stable"]!["weight"]!, (int)written["candidate"]!["weight"]!));
    }

    [Fact]
    public void Write_IdleAfterARefusal_ShowsTheRefusedOneWithoutWeight()
    {
        var written = RolloutStatusJson.Write(Stepping with { Candidate = null, Journey = null, Refused = new Refusal(Stepping.Candidate!, false, "worse"), Traffic = Stepping.Traffic! with { Weight = Weight.Zero } });

        Assert.Equal("h2", (string?)written["candidate"]!["revision"]);
        Assert.Equal(0, (int)written["candidate"]!["weight"]!);
        Assert.Equal(100, (int)written["stable"]!["weight"]!);
        Assert.Null(written["step"]);
    }

    [Fact]
    public void Write_SameStatusTwice_IsTheSameText() =>
        Generators.Status.Sample(status => RolloutStatusJson.Write(status).ToJsonString() == RolloutStatusJson.Write(status).ToJsonString(), iter: 50);

    [Theory]
    [InlineData("""{"status":{"engine":"text"}}""")]
    [InlineData("""{"status":{"engine":[]}}""")]
    [InlineData("""{"status":{"engine":{}}}""")]
    [InlineData("""{"status":{"engine":{"schema":2}}}""")]
    [InlineData("""{"status":{"engine":{"schema":"1"}}}""")]
    [InlineData("""{"status":{"engine":{"schema":1,"phase":"Unheard"}}}""")]
    [InlineData("""{"status":{"engine":{"schema":1,"history":null}}}""")]
    [InlineData("""{"status":{"engine":{"schema":1,"history":[null]}}}""")]
    [InlineData("""{"status":{"engine":{"schema":1,"journey":{"stage":"Stepping"}}}}""")]
    [InlineData("""{"status":{"engine":{"schema":1,"traffic":{"stableSubset":"a","candidateSubset":"b","weight":101}}}}""")]
    [InlineData("""{"status":{"engine":{"schema":1,"plan":{"steps":[{}]}}}}""")]
    public void Read_RecordThatCannotBeRead_IsAProblemNotACrash(string rollout)
    {
        var (status, problem) = RolloutStatusJson.Read(JsonNode.Parse(rollout)!.AsObject());

        Assert.Equal(RolloutStatus.Initial, status);
        Assert.Equal("status.engine", problem?.Path);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"status":{}}""")]
    [InlineData("""{"status":{"phase":"Healthy"}}""")]
    public void Read_NoRecord_IsTheBeginning(string rollout)
    {
        var (status, problem) = RolloutStatusJson.Read(JsonNode.Parse(rollout)!.AsObject());

        Assert.Equal(RolloutStatus.Initial, status);
        Assert.Null(problem);
    }

    [Fact]
    public void Read_RecordOfAnOlderEngine_HasWhatIsMissingAsAtTheBeginning()
    {
        var (status, problem) = RolloutStatusJson.Read(JsonNode.Parse("""{"status":{"engine":{"schema":1,"phase":"Healthy"}}}""")!.AsObject());

        Assert.Null(problem);
        Assert.Equal(RolloutStatus.Initial with { Phase = Phase.Healthy }, status);
    }

    [Fact]
    public void WriteBeside_RecordThatCannotBeRead_LeavesItAsItIs()
    {
        var rollout = JsonNode.Parse("""{"status":{"engine":{"schema":9,"more":[1]}}}""")!.AsObject();

        var written = RolloutStatusJson.WriteBeside(RolloutStatus.Initial with { Phase = Phase.Invalid }, rollout);

        Assert.Equal("Invalid", (string?)written["phase"]);
        Assert.Equal("""{"schema":9,"more":[1]}""", written["engine"]!.ToJsonString());
    }

    internal static JsonObject Through(JsonObject written) => JsonNode.Parse(written.ToJsonString())!.AsObject();

    internal static IEnumerable<string> Unknown(JsonNode? node, JsonObject schema, string path)
    {
        if (schema["x-kubernetes-preserve-unknown-fields"] is not null)
        {
            return [];
        }

        return node switch
        {
            JsonObject fields => fields.SelectMany(field => (schema["properties"] as JsonObject)?[field.Key] is JsonObject property
                ? Unknown(field.Value, property, $"{path}.{field.Key}")
                : [$"{path}.{field.Key}"]),
            JsonArray items => items.SelectMany(item => Unknown(item, schema["items"]!.AsObject(), $"{path}[]")),
            null => [$"{path} is null"],
            _ when schema["enum"] is JsonArray words && !words.Any(word => word!.ToString() == node.ToString()) => [$"{path} is {node}"],
            _ => [],
        };
    }

    private static IEnumerable<long> Bits(AnalysisState state) =>
        state.Metrics.SelectMany(metric => metric.Stable.Concat(metric.UpperBounds).Concat(metric.Pods.SelectMany(pod => pod.Values)).Concat(metric.Tests.SelectMany(test => test.Values)))
            .Append(state.Share.Stable).Append(state.Share.Candidate).Select(BitConverter.DoubleToInt64Bits);
}

using Canary.Cli.Files;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Cli.Tests.Files;

public sealed class MeasurementFileTests : IDisposable
{
    private const string Head = "time,arm,requests,errors,weight\n";

    private readonly Recorded _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Theory]
    [InlineData("time,arm,requests\n", "line 1: has no column errors")]
    [InlineData("time,arm,requests,errors,wieght\n", "line 1: has a column \"wieght\"")]
    [InlineData(Head, "has no round of measurements")]
    [InlineData(Head + "10,stable,100,1\n", "line 2: has 4 cells, the head has 5")]
    [InlineData(Head + "10,stabel,100,1,5\n", "line 2, arm: is \"stabel\"; an arm is stable or candidate")]
    [InlineData(Head + "10,stable,100,101,5\n", "line 2, errors: is \"101\"; it is a count within the block, from 0 to its requests")]
    [InlineData(Head + "10,stable,-1,0,5\n", "line 2, requests: is \"-1\"; it is a count")]
    [InlineData(Head + "10,stable,NaN,0,5\n", "line 2, requests: is \"NaN\"; it is a count")]
    [InlineData(Head + "soon,stable,1,0,5\n", "line 2, time: is \"soon\"; it is an RFC 3339 time")]
    [InlineData(Head + "10,stable,1,0,101\n", "line 2, weight: is \"101\"; it is a whole percent")]
    [InlineData(Head + "10,stable,1,0,5\n5,stable,1,0,5\n", "line 3: is earlier than the line before")]
    [InlineData("", "is empty")]
    public void Read_WrongTable_NamesTheLine(string text, string expected) => AssertWrong(_recorded.File("m.csv", text), expected);

    [Theory]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\"", "line 1: is no JSON object")]
    [InlineData("{\"pods\": []}", "line 1.at: is missing; write an RFC 3339 time")]
    [InlineData("{\"at\": \"noon\", \"pods\": []}", "line 1.at: is \"noon\"; it is an RFC 3339 time")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\"}", "line 1.pods: must be a list of objects, one a pod")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [], \"wait\": 5}", "line 1.wait: is no known field")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"weight\": 2.5, \"pods\": []}", "line 1.weight: is 2.5; it is a whole percent from 0 to 100")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [5]}", "line 1.pods[0]: is a number; it must be an object")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [{\"arm\": \"new\", \"uid\": \"a\"}]}", "line 1.pods[0].arm: is \"new\"; an arm is stable, candidate or baseline")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [{\"arm\": \"stable\"}]}", "line 1.pods[0].uid: is missing")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [{\"arm\": \"stable\", \"uid\": \"a\", \"metrics\": {\"e\": {\"requests\": 5, \"errors\": 6}}}]}", "line 1.pods[0].metrics.e.errors: is 6; it is a cumulative count from 0 to the 5 requests")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [{\"arm\": \"stable\", \"uid\": \"a\", \"metrics\": {\"l\": {\"bounds\": [5, 1], \"counts\": [1, 2, 3]}}}]}", "line 1.pods[0].metrics.l.bounds: has 1 after 5; bounds rise")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [{\"arm\": \"stable\", \"uid\": \"a\", \"metrics\": {\"l\": {\"bounds\": [1, 5], \"counts\": [1, 2]}}}]}", "has 2 numbers for 2 bounds; it is cumulative, with one more for all requests")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [{\"arm\": \"stable\", \"uid\": \"a\", \"metrics\": {\"l\": {\"bounds\": [1], \"counts\": [3, 2]}}}]}", "counts: has 2 after 3; cumulative counts never fall")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": [{\"arm\": \"stable\", \"uid\": \"a\", \"metrics\": {\"l\": {}}}]}", "metrics.l: has neither \"requests\" and \"errors\", nor")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": []}\n\n{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": []}", "line 3.at: is not later than the line before")]
    [InlineData("{\"at\": \"2026-01-01T12:00:00Z\", \"pods\": []}", "no pod has a metric")]
    public void Read_WrongLines_NamesThePlace(string text, string expected) => AssertWrong(_recorded.File("m.jsonl", text), expected);

    [Fact]
    public void Read_ManyWrongLines_TellsSomeOfThem()
    {
        var wrong = Assert.Throws<UsageException>(() => RecordingFile.Read(_recorded.File("m.csv", Head + string.Concat(Enumerable.Repeat("x,stable,1,0,5\n", 500))), null));

        Assert.Equal(20, wrong.Lines.Count);
    }

    [Fact]
    public void Read_Table_CountsEachBlockOnce()
    {
        var recording = RecordingFile.Read(_recorded.File("m.csv", "arm,time,errors,requests\nstable,2026-01-01T12:00:10Z,1,100\nstable,2026-01-01T12:00:10Z,2,50\ncandidate,2026-01-01T12:00:10Z,3,10\nstable,2026-01-01T12:00:30Z,0,100\n"), null);

        Assert.Equal(TimeSpan.FromSeconds(20), recording.Spec.Interval);
        var counts = recording.Rounds[^1].Measurement.Pods.Where(pod => pod.Arm != ArmName.Baseline).Select(pod => (pod.Arm, (MetricReading.Counts)pod.Metrics[0]));
        Assert.Equal([(ArmName.Stable, new MetricReading.Counts(250, 3)), (ArmName.Candidate, new MetricReading.Counts(10, 3))], counts);
    }

    [Fact]
    public void Read_WeightsOfATable_BeginSteps()
    {
        var rounds = RecordingFile.Read(_recorded.Table(1), null).Rounds;

        Assert.Equal((1, 1), (rounds[1].Exposure.Begun, rounds[1].Exposure.Later));
        Assert.Equal((2, 0, new Weight(25)), (rounds[^1].Exposure.Begun, rounds[^1].Exposure.Later, rounds[^1].Exposure.Weight));
    }

    [Fact]
    public void Write_Rounds_AreReadAgainAsTheyWere()
    {
        var written = RecordingFile.Read(_recorded.Lines(slower: 1, rounds: 12), null);
        var rounds = written.Rounds.Select((round, i) => i == 3
            ? round with { Measurement = round.Measurement with { Pods = [.. round.Measurement.Pods.Select(pod => pod with { Failure = "connection refused", Metrics = [] })] } }
            : round).ToList();

        var again = RecordingFile.Read(_recorded.File("again.jsonl", string.Join('\n', rounds.Select(round => MeasurementLineWriter.Write(round, written.Metrics)))), null);

        Assert.Equal(written.Metrics, again.Metrics);
        Assert.Equal(rounds, again.Rounds);
    }

    [Fact]
    public void Read_LevelsAndBaseline_AreUnderstood()
    {
        var line = """{"at":"2026-01-01T12:00:00Z","pods":[{"arm":"baseline","uid":"b","metrics":{"cpu":{"level":0.5},"errors":{"requests":1,"errors":0}}},{"arm":"candidate","uid":"c","metrics":{}}]}""";

        var recording = RecordingFile.Read(_recorded.File("m.jsonl", line), null);

        Assert.Equal(BaselineKind.Fresh, recording.Spec.Baseline);
        Assert.IsType<MetricSpec.Gauge>(recording.Metrics[0]);
        Assert.Equal(new MetricReading.Absent(), recording.Rounds[0].Measurement.Pods[1].Metrics[0]);
    }

    [Fact]
    public void Read_MetricThatTheTemplateLacks_IsNotJudgedAndSaidSo()
    {
        ValueList<MetricSpec> errors = [InferredMetrics.ErrorRate("errors")];

        var recording = RecordingFile.Read(_recorded.Lines(slower: 1, rounds: 3), errors);

        Assert.Equal(["not judged, since the template has no such metric: latency"], recording.Notes);
        AssertWrong(_recorded.Lines(slower: 1, rounds: 3), "has no metric failures, which --metrics judges by; it has errors, latency", [InferredMetrics.ErrorRate("failures")]);
    }

    private static void AssertWrong(string path, string expected, ValueList<MetricSpec>? metrics = null)
    {
        var wrong = Assert.Throws<UsageException>(() => RecordingFile.Read(path, metrics));

        Assert.StartsWith(path, wrong.Lines[0], StringComparison.Ordinal);
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }
}

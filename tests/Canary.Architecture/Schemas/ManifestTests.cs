using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Canary.Architecture.Schemas;

public sealed partial class ManifestTests
{
    private const string Smallest = """
        apiVersion: canary.dev/v1alpha1
        kind: Rollout
        metadata: {name: checkout}
        spec:
          workloadRef: {name: checkout}
          service: checkout
          traffic: {istio: {virtualServices: [{name: checkout}]}}
        """;

    private const string Template = """
        apiVersion: canary.dev/v1alpha1
        kind: AnalysisTemplate
        metadata: {name: errors}
        spec:
          metrics:
            - name: errors
              errorRate: {requests: [requests_total], errors: ['requests_total{code="500"}']}
        """;

    public static TheoryData<string> ShippedManifests =>
        [.. Repository.FilesBelow("deploy/examples", "*.yaml").Concat(Repository.FilesBelow("analysis-templates", "*.yaml"))];

    [Theory]
    [MemberData(nameof(ShippedManifests))]
    public void Problems_ShippedManifest_AreNone(string file) =>
        Assert.All(YamlFiles.Read(file).Where(IsOurs), manifest => Assert.Empty(Problems(manifest)));

    [Fact]
    public void ShippedManifests_SmallestRollout_HasAtMostTwelveLines()
    {
        var smallest = Repository.Read("deploy/examples/rollout.yaml").Split("---")[0].Split('\n').Where(line => line.Length > 0 && line[0] != '#');

        Assert.InRange(smallest.Count(), 1, 12);
    }

    [Theory]
    [MemberData(nameof(ShippedManifests))]
    public void Arguments_ShippedTemplate_AreThoseDeclared(string file)
    {
        foreach (var template in YamlFiles.Read(file).Where(manifest => ((string?)manifest["kind"])!.EndsWith("AnalysisTemplate", StringComparison.Ordinal)))
        {
            var declared = template["spec"]!["args"]!.AsArray().Select(argument => (string)argument!["name"]!);
            var used = Argument().Matches(template["spec"]!["metrics"]!.ToJsonString()).Select(match => match.Groups[1].Value);

            Assert.Equal(declared.Order(StringComparer.Ordinal), used.Distinct().Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(ShippedManifests))]
    public void ShippedManifests_Templates_SayWhenNotToUseThem(string file)
    {
        var head = string.Concat(Repository.Read(file).Split('\n').TakeWhile(line => line.StartsWith('#')));

        Assert.All(
            file.StartsWith("analysis-templates/", StringComparison.Ordinal) ? ["Measures", "Assumes", "Needs", "Do not use"] : Array.Empty<string>(),
            word => Assert.Contains(word, head, StringComparison.Ordinal));
    }

    [Fact]
    public void WithDefaults_SmallestRollout_FillsInTheWholePlan()
    {
        var rollout = Defaulted(Smallest);

        Assert.Equal(
            """[{"setWeight":5},{"analyze":{"atMost":"10m"}},{"setWeight":25},{"analyze":{"atMost":"10m"}},{"setWeight":50},{"analyze":{"atMost":"10m"}},{"setWeight":100},{"analyze":{"atLeast":"5m","atMost":"10m"}}]""",
            rollout["spec"]!["strategy"]!["canary"]!["steps"]!.ToJsonString());
        Assert.Equal("""{"hold":"30m","then":"Pause"}""", rollout["spec"]!["analysis"]!["onNoData"]!.ToJsonString());
        Assert.Equal("""{"apiVersion":"apps/v1","kind":"Deployment","name":"checkout"}""", Sorted(rollout["spec"]!["workloadRef"]!));
        Assert.Empty(Problems(rollout));
    }

    [Fact]
    public void WithDefaults_AnalyzeWithoutFields_WaitsTenMinutes()
    {
        var rollout = Defaulted(Smallest + "\n  strategy: {canary: {steps: [{setWeight: 5}, {analyze: {}}]}}");

        Assert.Equal("""{"atMost":"10m"}""", rollout["spec"]!["strategy"]!["canary"]!["steps"]![1]!["analyze"]!.ToJsonString());
    }

    [Theory]
    [InlineData("  windows: []", ".spec.windows: is unknown")]
    [InlineData("  strategy: {blueGreen: {}}", ".spec.strategy.blueGreen: is unknown")]
    [InlineData("  strategy: {canary: {steps: []}}", ".spec.strategy.canary.steps: has 0 items, at least 1")]
    [InlineData("  strategy: {canary: {steps: [{setWeight: 130}]}}", ".spec.strategy.canary.steps[0].setWeight: is 130, above 100")]
    [InlineData("  strategy: {canary: {steps: [{setWeight: 0}]}}", ".spec.strategy.canary.steps[0].setWeight: is 0, below 1")]
    [InlineData("  strategy: {canary: {steps: [{setWeight: \"5\"}]}}", ".spec.strategy.canary.steps[0].setWeight: is \"5\", expected integer")]
    [InlineData("  strategy: {canary: {steps: [{pause: {duration: 10}}]}}", ".spec.strategy.canary.steps[0].pause.duration: is 10, expected string")]
    [InlineData("  progressDeadline: 10 minutes", ".spec.progressDeadline: is \"10 minutes\", which does not match ^([0-9]+(ms|s|m|h))+$")]
    [InlineData("  progressDeadline: PT10M", ".spec.progressDeadline: is \"PT10M\", which does not match ^([0-9]+(ms|s|m|h))+$")]
    [InlineData("  onDelete: Keep", ".spec.onDelete: is \"Keep\", one of [\"Restore\",\"Orphan\"]")]
    [InlineData("  analysis: {falseRollback: 0}", ".spec.analysis.falseRollback: is 0, below 0")]
    [InlineData("  analysis: {falseRollback: 0.6}", ".spec.analysis.falseRollback: is 0.6, above 0.5")]
    [InlineData("  analysis: {history: 101}", ".spec.analysis.history: is 101, above 100")]
    [InlineData("  analysis: {onInconclusive: Rollback}", ".spec.analysis.onInconclusive: is \"Rollback\", one of [\"Promote\",\"Pause\",\"RollBack\"]")]
    [InlineData("  analysis: {args: [{name: a}]}", ".spec.analysis.args[0].value: is missing")]
    [InlineData("  analysis: {args: [{name: a, value: \"1\"}, {name: a, value: \"2\"}]}", ".spec.analysis.args: has \"a\" twice")]
    public void Problems_WrongRollout_AreNamed(string line, string expected) => Assert.Equal([expected], Problems(Parse(Smallest + "\n" + line)));

    [Theory]
    [InlineData("5m")]
    [InlineData("1h30m")]
    [InlineData("90s")]
    [InlineData("500ms")]
    public void Problems_Durations_AreNone(string duration) => Assert.Empty(Problems(Parse($"{Smallest}\n  progressDeadline: {duration}")));

    [Theory]
    [InlineData("marginRatio: 1.1", ".spec.metrics[0].errorRate.marginRatio: is 1.1, expected string")]
    [InlineData("marginRatio: '-1'", ".spec.metrics[0].errorRate.marginRatio: is \"-1\", which does not match")]
    [InlineData("marginRatio: '{{margin}}'", ".spec.metrics[0].errorRate.marginRatio: is \"{{margin}}\", which does not match")]
    [InlineData("threshold: 1", ".spec.metrics[0].errorRate.threshold: is unknown")]
    public void Problems_WrongMetric_AreNamed(string field, string expected)
    {
        var template = Parse(Template.Replace("requests: [", field + ", requests: [", StringComparison.Ordinal));

        Assert.StartsWith(expected, Assert.Single(Problems(template)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("15020")]
    [InlineData("http-metrics")]
    public void Problems_PortByNumberOrName_AreNone(string port) => Assert.Empty(Problems(Parse($"{Template}\n      scrape: {{port: {port}, path: /metrics}}")));

    [Theory]
    [InlineData("70000", "is 70000, above 65535")]
    [InlineData("[1]", "is [1], expected integer or string")]
    public void Problems_WrongPort_AreNamed(string port, string expected) =>
        Assert.Equal([".spec.metrics[0].scrape.port: " + expected], Problems(Parse($"{Template}\n      scrape: {{port: {port}}}")));

    private static bool IsOurs(JsonObject manifest) => ((string?)manifest["apiVersion"])!.StartsWith("canary.dev/", StringComparison.Ordinal);

    private static JsonObject Parse(string text) => YamlFiles.Parse(text).Single();

    private static JsonObject Defaulted(string text) => SchemaValidator.WithDefaults(ResourceDefinition.Of("Rollout").Schema, Parse(text))!.AsObject();

    private static IReadOnlyList<string> Problems(JsonObject manifest) => SchemaValidator.Problems(ResourceDefinition.Of((string)manifest["kind"]!).Schema, manifest);

    private static string Sorted(JsonNode node) => new JsonObject(node.AsObject().OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))).ToJsonString();

    [GeneratedRegex(@"\{\{args\.([a-z0-9-]+)\}\}")]
    private static partial Regex Argument();
}

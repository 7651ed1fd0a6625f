using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Canary.Architecture.Schemas;
using Json.Schema;

namespace Canary.Architecture.Installation;

/// <summary>The chart's values, their schema, and what is written about them.</summary>
public sealed partial class ValuesTests
{
    private const string Values = "deploy/helm/canary/values.yaml";

    private static readonly JsonSchema Schema = JsonSchema.FromText(Repository.Read("deploy/helm/canary/values.schema.json"));

    public static TheoryData<string> Ways => [.. Repository.FilesBelow("tests/Canary.Contract/Installation/Values", "*.yaml")];

    [Fact]
    public void Schema_Defaults_AreValid() => Assert.Empty(Problems(YamlFiles.Read(Values).Single()));

    [Theory]
    [MemberData(nameof(Ways))]
    public void Schema_EachTestedWay_IsValid(string file) => Assert.Empty(Problems(Over(YamlFiles.Read(Values).Single(), YamlFiles.Read(file).Single())));

    [Theory]
    [InlineData("replica: 3", "/replica")]
    [InlineData("replicas: three", "/replicas")]
    [InlineData("replicas: -1", "/replicas")]
    [InlineData("shards: 0", "/shards")]
    [InlineData("image: {tag: 1}", "/image/tag")]
    [InlineData("image: {digest: latest}", "/image/digest")]
    [InlineData("image: {repository: ''}", "/image/repository")]
    [InlineData("image: {pullPolicy: Sometimes}", "/image/pullPolicy")]
    [InlineData("leaderElection: {leaseDuration: 15s}", "/leaderElection/leaseDuration")]
    [InlineData("leaderElection: {leaseDuration: '00:00:15.5'}", "/leaderElection/leaseDuration")]
    [InlineData("leaderElection: {enable: true}", "/leaderElection/enable")]
    [InlineData("rbac: {scope: Cluster}", "/rbac/scope")]
    [InlineData("log: {level: Info}", "/log/level")]
    [InlineData("settings: {Engines: {Workers: 1}}", "/settings")]
    [InlineData("settings: {Engine: {Workers: [1]}}", "/settings/Engine/Workers")]
    [InlineData("podDisruptionBudget: {maxUnavailable: 0}", "/podDisruptionBudget/maxUnavailable")]
    [InlineData("mesh: istio", "/mesh")]
    [InlineData("service: {port: 70000}", "/service/port")]
    [InlineData("networkPolicy: {apiServerPorts: []}", "/networkPolicy/apiServerPorts")]
    [InlineData("serviceMonitor: {interval: 15}", "/serviceMonitor/interval")]
    [InlineData("prometheusRule: {rolloutLasts: '0'}", "/prometheusRule/rolloutLasts")]
    [InlineData("podLabels: {a: 1}", "/podLabels/a")]
    [InlineData("imagePullSecrets: [registry]", "/imagePullSecrets/0")]
    public void Schema_WrongValue_IsRefusedWhereItIs(string values, string place)
    {
        var problems = Problems(Over(YamlFiles.Read(Values).Single(), YamlFiles.Parse(values).Single()));

        Assert.Contains(problems, problem => problem == place || problem.StartsWith(place + "/", StringComparison.Ordinal));
    }

    /// <summary>A name that the schema knows and the file does not is one that nobody can find.</summary>
    [Fact]
    public void Schema_Names_AreThoseOfTheFile()
    {
        var schema = JsonNode.Parse(Repository.Read("deploy/helm/canary/values.schema.json"))!.AsObject();

        var known = Named(schema, "").Where(name => name is not ("global" or "resources.claims")).Order(StringComparer.Ordinal);

        Assert.Equal(Held(YamlFiles.Read(Values).Single(), schema, "").Order(StringComparer.Ordinal), known);
    }

    /// <summary>deploy/generate.sh writes the table.</summary>
    [Fact]
    public void Table_OfTheDocs_HasEachValueWithItsDefaultAndText()
    {
        var install = Repository.Read("docs/install.md");
        var table = install.Split("<!-- values -->")[1].Split("<!-- end -->")[0];
        var rows = Row().Matches(table).ToDictionary(row => row.Groups[1].Value, row => (Default: row.Groups[2].Value, Text: row.Groups[3].Value));
        var file = YamlFiles.Read(Values).Single();
        var explained = Explained().Matches(Repository.Read(Values)).Select(match => Sentence().Replace(match.Groups[1].Value, " ").Trim()).ToList();

        Assert.Equal(explained, rows.Values.Select(row => row.Text));
        Assert.All(rows.Where(row => row.Value.Default != "see the file"), row =>
            Assert.True(JsonNode.DeepEquals(At(file, row.Key), At(YamlFiles.Parse($"it: {row.Value.Default.Trim('`')}").Single(), "it")), row.Key));
    }

    private static List<string> Problems(JsonNode values)
    {
        using var document = System.Text.Json.JsonDocument.Parse(values.ToJsonString());
        var results = Schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid ? [] : [.. results.Details!.Where(detail => !detail.IsValid && detail.Errors is { Count: > 0 }).Select(detail => detail.InstanceLocation.ToString())];
    }

    /// <summary>Lays values over others as Helm does; null takes a key away.</summary>
    private static JsonObject Over(JsonObject below, JsonObject above)
    {
        foreach (var (key, value) in above)
        {
            if (value is null)
            {
                below.Remove(key);
            }
            else if (value is JsonObject over && below[key] is JsonObject under)
            {
                Over(under, over);
            }
            else
            {
                below[key] = value.DeepClone();
            }
        }

        return below;
    }

    private static IEnumerable<string> Named(JsonObject schema, string path) =>
        schema["properties"] is JsonObject properties
            ? properties.SelectMany(property => Named(property.Value!.AsObject(), $"{path}.{property.Key}".TrimStart('.')))
            : [path];

    private static IEnumerable<string> Held(JsonNode? value, JsonObject schema, string path) =>
        schema["properties"] is JsonObject properties && value is JsonObject map
            ? map.SelectMany(field => Held(field.Value, properties[field.Key]!.AsObject(), $"{path}.{field.Key}".TrimStart('.')))
            : [path];

    private static JsonNode? At(JsonNode node, string path) => path.Split('.').Aggregate((JsonNode?)node, (at, name) => at![name]);

    [GeneratedRegex(@"^\| `([^`]+)` \| (.+?) \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^ *# -- ((?:.*)(?:\n *# (?!--).*)*)", RegexOptions.Multiline)]
    private static partial Regex Explained();

    [GeneratedRegex(@"\n *# ")]
    private static partial Regex Sentence();
}

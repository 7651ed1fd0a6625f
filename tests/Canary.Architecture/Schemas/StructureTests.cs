using System.Text.Json.Nodes;

namespace Canary.Architecture.Schemas;

public sealed class StructureTests
{
    private static readonly (string Kind, string Plural, string ShortName, string Scope, bool HasStatus)[] Expected =
    [
        ("AnalysisRun", "analysisruns", "arun", "Namespaced", true),
        ("AnalysisTemplate", "analysistemplates", "at", "Namespaced", false),
        ("ClusterAnalysisTemplate", "clusteranalysistemplates", "cat", "Cluster", false),
        ("ClusterNotificationReceiver", "clusternotificationreceivers", "cnr", "Cluster", false),
        ("NotificationReceiver", "notificationreceivers", "nr", "Namespaced", false),
        ("Rollout", "rollouts", "ro", "Namespaced", true),
    ];

    public static TheoryData<string> Kinds => [.. Expected.Select(expected => expected.Kind)];

    [Fact]
    public void Definitions_OfTheHouse_AreThoseOfTheGroup()
    {
        var found = ResourceDefinition.All.Select(definition => (
            definition.Kind,
            (string)definition.Spec["names"]!["plural"]!,
            (string)definition.Spec["names"]!["shortNames"]!.AsArray().Single()!,
            (string)definition.Spec["scope"]!,
            definition.Version["subresources"]?["status"] is not null));

        Assert.Equal(Expected, found.OrderBy(definition => definition.Kind, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Definition_EachKind_NamesItselfInOneWay(string kind)
    {
        var definition = ResourceDefinition.Of(kind);
        var plural = (string)definition.Spec["names"]!["plural"]!;

        Assert.Equal("canary.dev", (string?)definition.Spec["group"]);
        Assert.Equal($"{plural}.canary.dev", (string?)definition.Json["metadata"]!["name"]);
        Assert.Equal(kind + "List", (string?)definition.Spec["names"]!["listKind"]);
        Assert.Equal(kind.ToLowerInvariant(), (string?)definition.Spec["names"]!["singular"]);
        Assert.Equal($"deploy/crds/{plural}.yaml", definition.File);
        Assert.Equal("v1alpha1", (string?)definition.Version["name"]);
        Assert.True((bool)definition.Version["served"]! && (bool)definition.Version["storage"]!);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_EachKind_IsStructuralDescribedAndBounded(string kind)
    {
        var schema = ResourceDefinition.Of(kind).Schema;

        Assert.Empty(StructureRules.Incomplete(schema));
        Assert.Empty(StructureRules.Dangling(schema));
        Assert.Empty(StructureRules.Unbounded(schema));
        Assert.Empty(StructureRules.WrongDefaults(schema));
        Assert.Empty(StructureRules.SilentRules(schema));
    }

    [Fact]
    public void PrinterColumns_Rollout_AreThoseOfTheDesignInTheirOrder()
    {
        var columns = ResourceDefinition.Of("Rollout").Version["additionalPrinterColumns"]!.AsArray().Where(column => column!["priority"] is null);

        Assert.Equal(["Phase", "Step", "Weight", "Verdict", "Revision", "Age"], columns.Select(column => (string)column!["name"]!));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PrinterColumns_EachKind_PointAtFieldsOfTheSchema(string kind)
    {
        var definition = ResourceDefinition.Of(kind);
        var paths = definition.Version["additionalPrinterColumns"]!.AsArray().Select(column => (string)column!["jsonPath"]!).Where(path => path != ".metadata.creationTimestamp");

        Assert.All(paths, path => Assert.NotNull(path.Split('.')[1..].Aggregate((SchemaNode?)definition.Schema, (node, name) => node?.Property(name))));
    }

    [Fact]
    public void Spec_BothTemplateKinds_AreTheSame() =>
        Assert.True(JsonNode.DeepEquals(ResourceDefinition.Of("AnalysisTemplate").Schema.Property("spec")!.Json, ResourceDefinition.Of("ClusterAnalysisTemplate").Schema.Property("spec")!.Json));

    [Theory]
    [InlineData("{type: object, description: x, properties: {metadata: {type: object}, a: {type: string}}}", "Sample.a: no description")]
    [InlineData("{type: object, description: x, properties: {metadata: {type: object, description: mine}}}", "Sample.metadata: must hold type: object and nothing else")]
    [InlineData("{type: object, description: x, properties: {metadata: {type: object}, a: {description: x}}}", "Sample.a: no type")]
    [InlineData("{type: object, description: x, properties: {metadata: {type: object}, a: {type: object, description: x}}}", "Sample.a: an object without properties keeps nothing")]
    [InlineData("{type: object, description: x, properties: {metadata: {type: object}, a: {type: array, description: x, x-kubernetes-list-type: set}}}", "Sample.a: no items")]
    [InlineData("{type: object, description: x, properties: {metadata: {type: object}, a: {type: array, description: x, items: {type: string}}}}", "Sample.a: no list type")]
    public void Incomplete_Sample_IsNamed(string schema, string expected) => Assert.Equal([expected], StructureRules.Incomplete(Sample(schema)));

    [Theory]
    [InlineData("{type: object, required: [b], properties: {a: {type: string}}}", "Sample: requires b, which it does not have")]
    [InlineData("{type: array, x-kubernetes-list-type: map, items: {type: object}}", "Sample: list type map and map keys go together")]
    [InlineData("{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a], items: {type: object, properties: {a: {type: string}}}}", "Sample: the key a must be required or have a default")]
    public void Dangling_Sample_IsNamed(string schema, string expected) => Assert.Equal([expected], StructureRules.Dangling(Sample(schema)));

    [Theory]
    [InlineData("{type: array, items: {type: object, x-kubernetes-validations: [{rule: r, message: m}]}}", "Sample: no maxItems under a rule")]
    [InlineData("{type: object, properties: {a: {type: string, x-kubernetes-validations: [{rule: r, message: m}]}}}", "Sample.a: no maxLength under a rule")]
    public void Unbounded_Sample_IsNamed(string schema, string expected) => Assert.Equal([expected], StructureRules.Unbounded(Sample(schema)));

    [Theory]
    [InlineData("{type: string, default: 5}", "Sample: is 5, expected string")]
    [InlineData("{type: object, default: {b: 1}, properties: {a: {type: string}}}", "Sample.b: is unknown")]
    [InlineData("{type: object, default: {}, properties: {a: {type: string, pattern: ^x$, default: y}}}", "Sample.a: is \"y\", which does not match ^x$")]
    public void WrongDefaults_Sample_AreNamed(string schema, string expected) => Assert.Contains(expected, StructureRules.WrongDefaults(Sample(schema)));

    [Fact]
    public void SilentRules_Sample_AreNamed() =>
        Assert.Equal(["Sample: a rule without text or message"], StructureRules.SilentRules(Sample("{type: object, x-kubernetes-validations: [{rule: r}]}")));

    private static SchemaNode Sample(string schema) => new("Sample", YamlFiles.Parse(schema).Single());
}

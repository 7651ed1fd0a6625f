using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Validation;
using Canary.Kubernetes.Mapping;
using Xunit;

namespace Canary.Kubernetes.Tests.Mapping;

/// <summary>Walks the resource definitions: every field must be known to the mapping, every bound must be checked by it, every default must be its own.</summary>
public sealed class SchemaMirrorTests
{
    private static readonly JsonObject RolloutSpec = Repository.Schema("rollouts.yaml")["properties"]!["spec"]!.AsObject();
    private static readonly JsonObject TemplateSpec = Repository.Schema("analysistemplates.yaml")["properties"]!["spec"]!.AsObject();

    private static readonly JsonObject ReceiverSpec = Repository.Schema("notificationreceivers.yaml")["properties"]!["spec"]!.AsObject();

    public static TheoryData<string, string, string> Violations
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var (kind, schema) in new[] { ("Rollout", RolloutSpec), ("AnalysisTemplate", TemplateSpec), ("NotificationReceiver", ReceiverSpec) })
            {
                foreach (var (path, value) in Walk(schema, "spec").DistinctBy(pair => $"{pair.Path} {pair.Value?.ToJsonString()}"))
                {
                    data.Add(kind, path, value?.ToJsonString() ?? "null");
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Violations))]
    public void Read_FieldBeyondItsSchema_IsNotedAtItsPath(string kind, string path, string value)
    {
        var manifest = Build(path, JsonNode.Parse(value));

        var problems = kind switch
        {
            "Rollout" => RolloutMapping.Read(manifest).Problems,
            "NotificationReceiver" => ReceiverMapping.Read(manifest).Problems,
            _ => Template(manifest),
        };

        var found = problems.Where(problem => Strip(problem.Path) == path || Strip(problem.Path).StartsWith(path + "[", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(found);
        Assert.DoesNotContain(found, problem => problem.Message.Contains("is not a field here", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_SmallestManifest_MeansWhatTheDefaultsOfTheDefinitionSay()
    {
        var smallest = Repository.Manifest("deploy", "examples", "rollout.yaml");
        var filled = smallest.DeepClone().AsObject();
        FillIn(filled["spec"]!.AsObject(), RolloutSpec);

        var mapped = RolloutMapping.Read(smallest);

        Assert.Empty(mapped.Problems);
        Assert.Equal(mapped.Value, RolloutMapping.Read(filled).Value);
        Assert.NotEqual(smallest.ToJsonString(), filled.ToJsonString());
    }

    [Fact]
    public void Read_GoldenSignals_MeansWhatTheDefaultsOfTheDefinitionSay()
    {
        var template = Repository.Manifest("analysis-templates", "golden-signals.yaml");
        var filled = template.DeepClone().AsObject();
        FillIn(filled["spec"]!.AsObject(), TemplateSpec);
        var spec = new AnalysisSpec { Templates = [new TemplateReference("golden-signals", true)] };

        var mapped = TemplateMapping.Read(spec, "shop", _ => template);

        Assert.Empty(mapped.Problems);
        Assert.Equal(mapped.Value, TemplateMapping.Read(spec, "shop", _ => filled).Value);
    }

    [Fact]
    public void Definitions_OfBothScopes_DescribeTheSameReceivers()
    {
        var cluster = Repository.Schema("clusternotificationreceivers.yaml")["properties"]!["spec"]!.ToJsonString().Replace("the engine's own namespace", "the receiver's namespace", StringComparison.Ordinal)
            .Replace("the engine\\u0027s own namespace", "the receiver\\u0027s namespace", StringComparison.Ordinal);

        Assert.Equal(ReceiverSpec.ToJsonString(), cluster);
    }

    /// <summary>Values that break each rule of a schema, with the path at which that is to be noted.</summary>
    private static IEnumerable<(string Path, JsonNode? Value)> Walk(JsonObject schema, string path)
    {
        foreach (var (name, node) in (schema["properties"] as JsonObject)!)
        {
            var property = node!.AsObject();
            var at = $"{path}.{name}";
            var type = (string?)property["type"];
            yield return (at, type is "array" or "object" ? JsonValue.Create("a text") : new JsonArray());

            if ((double?)property["minimum"] is { } minimum)
            {
                yield return (at, Number(property["exclusiveMinimum"] is not null ? minimum : minimum - 1));
            }

            if ((double?)property["maximum"] is { } maximum)
            {
                yield return (at, Number(maximum + 1));
            }

            if (property["enum"] is not null || property["pattern"] is not null)
            {
                yield return (at, JsonValue.Create("-?-"));
            }

            if ((int?)property["minLength"] is >= 1)
            {
                yield return (at, JsonValue.Create(""));
            }

            if ((int?)property["maxLength"] is { } longest)
            {
                yield return (at, JsonValue.Create("/" + new string('a', longest)));
                yield return (at, JsonValue.Create(new string('1', longest + 1)));
            }

            if (type == "object")
            {
                foreach (var inner in Walk(property, at))
                {
                    yield return inner;
                }
            }

            if (type == "array")
            {
                var items = property["items"]!.AsObject();
                if ((int?)property["minItems"] is >= 1)
                {
                    yield return (at, new JsonArray());
                }

                yield return (at, new JsonArray([.. Enumerable.Range(0, (int)property["maxItems"]! + 1).Select(_ => new JsonObject())]));
                yield return ($"{at}[0]", JsonValue.Create(7));
                if ((string?)items["type"] == "object")
                {
                    foreach (var inner in Walk(items, $"{at}[0]"))
                    {
                        yield return inner;
                    }
                }
                else if ((int?)items["maxLength"] is { } longestItem)
                {
                    yield return ($"{at}[0]", JsonValue.Create(new string('a', longestItem + 1)));
                    yield return ($"{at}[0]", JsonValue.Create(""));
                }
            }

            foreach (var missing in (property["required"] as JsonArray ?? []).Select(required => (string)required!))
            {
                yield return ($"{at}.{missing}", null);
            }
        }
    }

    /// <summary>A manifest in which only one path is filled; null leaves the last field out.</summary>
    private static JsonObject Build(string path, JsonNode? value)
    {
        var root = new JsonObject();
        var segments = path.Split('.');
        JsonNode parent = root;
        for (var index = 0; index < segments.Length; index++)
        {
            var last = index == segments.Length - 1;
            var name = segments[index].Replace("[0]", "", StringComparison.Ordinal);
            var listed = segments[index] != name;
            if (last && value is null)
            {
                break;
            }

            JsonNode child = last ? value! : new JsonObject();
            parent[name] = listed ? new JsonArray(child) : child;
            parent = child;
        }

        return root;
    }

    private static ValueList<Problem> Template(JsonObject manifest) =>
        TemplateMapping.Read(new AnalysisSpec { Templates = [new TemplateReference("golden", false)] }, "shop", _ => manifest).Problems;

    private static string Strip(string path) => path[(path.LastIndexOf(' ') + 1)..];

    private static JsonNode Number(double number) => JsonNode.Parse(number.ToString(CultureInfo.InvariantCulture))!;

    /// <summary>Fills in defaults as the API server does.</summary>
    private static void FillIn(JsonObject fields, JsonObject schema)
    {
        foreach (var (name, node) in (schema["properties"] as JsonObject)!)
        {
            var property = node!.AsObject();
            if (!fields.ContainsKey(name) && property["default"] is { } fallback)
            {
                fields[name] = fallback.DeepClone();
            }

            switch (fields[name])
            {
                case JsonObject inner when property["properties"] is not null:
                    FillIn(inner, property);
                    break;
                case JsonArray list when property["items"]!["properties"] is not null:
                    foreach (var item in list.OfType<JsonObject>())
                    {
                        FillIn(item, property["items"]!.AsObject());
                    }

                    break;
            }
        }
    }
}

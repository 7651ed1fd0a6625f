using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Traffic;
using Canary.Kubernetes.Traffic;
using Xunit;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>
/// Every file in Cases is a story: what the Rollout names, what is observed, and the *only* values that differ after the weight and the subsets were set.
/// Each is also set twice (nothing more changes), and restored (everything is as it was).
/// </summary>
public sealed class TrafficCaseTests
{
    public static TheoryData<string> Cases => [.. Directory.GetFiles(Folder, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    private static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                var cases = Path.Combine(folder.FullName, "tests", "Canary.Kubernetes.Tests", "Traffic", "Cases");
                if (Directory.Exists(cases))
                {
                    return cases;
                }
            }

            throw new DirectoryNotFoundException("tests/Canary.Kubernetes.Tests/Traffic/Cases is not above the test's own folder");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_FromItsObjects_ChangesOnlyWhatIsListed(string name)
    {
        var documents = MeshYaml.All(File.ReadAllText(Path.Combine(Folder, name + ".yaml")));
        var story = documents[0];
        var resources = documents[1..].ToDictionary(resource => $"{resource["kind"]}/{resource.Name()}");
        var originals = resources.ToDictionary(resource => resource.Key, resource => MeshYaml.Canonical(resource.Value));
        var target = Target(story);
        var before = IstioTraffic.Observe(target, Objects(target, resources));

        Assert.Equal("", string.Join('\n', before.Traffic.Problems));
        Assert.Equal("", string.Join('\n', before.Warnings.Where(warning => !IsExpected(story, warning.ToString()))));
        Assert.Equal(
            Pairs(story["observed"]),
            before.Traffic.Routes.ToDictionary(route => route.Name, route => string.Create(CultureInfo.InvariantCulture, $"{route.StableWeight}/{route.CandidateWeight}{(route.BaselineWeight is { } third ? $"/{third}" : "")}")));
        Assert.NotNull(before.Traffic.Snapshot);

        var weight = new Weight((int)story["weight"]!);
        var serves = story["baselineServes"]?.GetValue<bool>() ?? false;
        var after = Change(target, resources, weight, serves);

        var expected = ((JsonObject)story["changes"]!).ToDictionary(one => one.Key, one => Pairs(one.Value));
        Assert.Equal(
            expected.ToDictionary(one => one.Key, one => Show(one.Value)),
            resources.Keys.Select(key => (key, difference: Difference(resources[key], after[key]))).Where(one => one.difference.Count > 0).ToDictionary(one => one.key, one => Show(one.difference)));
        Assert.True(IstioTraffic.Observe(target, Objects(target, after)).Traffic.Carries(weight, serves));
        Assert.All(target.Spec.VirtualServices, reference => Assert.Null(IstioPatches.SetWeight(target, reference, after[$"VirtualService/{reference.Name}"], weight, serves, null)));

        var restored = Restore(before.Traffic.Snapshot, after);

        Assert.Equal(originals, restored.ToDictionary(one => one.Key, one => MeshYaml.Canonical(one.Value)));
        Assert.Equal(originals, resources.ToDictionary(one => one.Key, one => MeshYaml.Canonical(one.Value)));
    }

    private static bool IsExpected(JsonObject story, string warning) => story["warnings"].Texts().Any(text => warning.Contains(text, StringComparison.Ordinal));

    private static IstioTarget Target(JsonObject story) => new(
        new TrafficSpec
        {
            VirtualServices = story["virtualServices"].Objects().Select(one => new VirtualServiceReference(one.Item.Field("name").Text()!, one.Item.Field("routes").Texts().ToValueList())).ToValueList(),
            DestinationRule = "checkout",
            StableSubset = story["stableSubset"].Text() ?? "stable",
            CandidateSubset = story["candidateSubset"].Text() ?? "canary",
        },
        "shop",
        "checkout")
    {
        Baseline = story["baseline"].Text() is { } role ? Enum.Parse<BaselineRole>(role) : BaselineRole.None,
    };

    private static IstioObjects Objects(IstioTarget target, Dictionary<string, JsonObject> resources) => new()
    {
        VirtualService = name => resources.GetValueOrDefault($"VirtualService/{name}"),
        DestinationRule = resources.GetValueOrDefault($"DestinationRule/{target.Spec.DestinationRule}"),
        Service = resources.GetValueOrDefault("Service/checkout") ?? MeshYaml.One(Mesh.ServiceText),
        VirtualServices = [.. resources.Where(one => one.Key.StartsWith("VirtualService/", StringComparison.Ordinal)).Select(one => one.Value)],
        DestinationRules = [.. resources.Where(one => one.Key.StartsWith("DestinationRule/", StringComparison.Ordinal)).Select(one => one.Value)],
    };

    private static Dictionary<string, JsonObject> Change(IstioTarget target, Dictionary<string, JsonObject> resources, Weight weight, bool serves)
    {
        var after = new Dictionary<string, JsonObject>(resources);
        foreach (var reference in target.Spec.VirtualServices)
        {
            var key = $"VirtualService/{reference.Name}";
            after[key] = TestPatch.Apply(after[key], IstioPatches.SetWeight(target, reference, after[key], weight, serves, null));
        }

        if (after.TryGetValue("DestinationRule/checkout", out var rule))
        {
            var service = resources.GetValueOrDefault("Service/checkout") ?? MeshYaml.One(Mesh.ServiceText);
            after["DestinationRule/checkout"] = TestPatch.Apply(rule, IstioPatches.PointSubsets(target.Arms, rule, service, new SubsetRevisions(new Revision("h1"), new Revision("h2"), target.Baseline == BaselineRole.None ? null : new Revision("h1-b1"))));
        }

        return after;
    }

    private static Dictionary<string, JsonObject> Restore(string snapshot, Dictionary<string, JsonObject> resources)
    {
        var read = TrafficSnapshot.Read(snapshot);
        var after = resources.ToDictionary(
            one => one.Key, one => one.Key.StartsWith("VirtualService/", StringComparison.Ordinal) ? TestPatch.Apply(one.Value, IstioRestoration.RestoreWeights(read, one.Value)) : one.Value);
        if (after.TryGetValue("DestinationRule/checkout", out var rule))
        {
            var services = after.Where(one => one.Key.StartsWith("VirtualService/", StringComparison.Ordinal)).Select(one => one.Value).ToArray();
            after["DestinationRule/checkout"] = TestPatch.Apply(rule, IstioRestoration.RestoreSubsets(read, rule, services, null).Patch);
        }

        return after;
    }

    private static SortedDictionary<string, string> Pairs(JsonNode? node) =>
        new((node as JsonObject ?? []).ToDictionary(one => one.Key, one => one.Value?.ToString() ?? "absent"), StringComparer.Ordinal);

    private static SortedDictionary<string, string> Difference(JsonNode before, JsonNode after)
    {
        var (old, now) = (MeshYaml.Flatten(before), MeshYaml.Flatten(after));
        return new(
            old.Keys.Union(now.Keys).Where(key => old.GetValueOrDefault(key) != now.GetValueOrDefault(key)).ToDictionary(key => key, key => now.GetValueOrDefault(key)?.Trim('"') ?? "absent"),
            StringComparer.Ordinal);
    }

    private static string Show(SortedDictionary<string, string> values) => string.Join('\n', values.Select(value => $"{value.Key}: {value.Value}"));
}

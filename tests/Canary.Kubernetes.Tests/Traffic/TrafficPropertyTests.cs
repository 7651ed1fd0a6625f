using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core.Traffic;
using Canary.Kubernetes.Traffic;
using CsCheck;
using Xunit;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>Whatever a VirtualService holds besides the managed weights, it holds after.</summary>
public sealed class TrafficPropertyTests
{
    private static readonly Gen<JsonNode?> Scalar = Gen.OneOf<JsonNode?>(
        Gen.String[Gen.Char["abc~/\" é{}:"], 0, 6].Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Int[-5, 5000].Select(number => (JsonNode?)JsonNode.Parse(number.ToString(CultureInfo.InvariantCulture))),
        Gen.Int[0, 100].Select(number => (JsonNode?)JsonNode.Parse($"{number}.50")),
        Gen.Bool.Select(truth => (JsonNode?)JsonValue.Create(truth)),
        Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonNode?> Junk = Gen.Recursive<JsonNode?>((depth, self) => depth > 3
        ? Scalar
        : Gen.Frequency(
            (3, Scalar),
            (1, self.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())]))),
            (1, Gen.Select(Gen.String[Gen.Char["klm~/"], 1, 4], self).Array[0, 3].Select(fields => (JsonNode?)Fields(fields)))));

    private static readonly Gen<JsonObject> JunkFields =
        Gen.Select(OneOf("timeout", "fault", "corsPolicy", "x-~/", "retries", "headers"), Junk).Array[0, 3].Select(Fields);

    private static readonly Gen<JsonObject> Third =
        Gen.Select(OneOf("legacy", "checkout.other.svc.cluster.local", "checkout.shop"), OneOf("stable", "canary", "beta"), Gen.Int[-1, 50], JunkFields).Select(
            (host, subset, weight, junk) => Destination(host, subset, weight < 0 ? null : weight, junk));

    private static readonly Gen<JsonObject> Managed = Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Bool, Third.Array[0, 3], JunkFields, Gen.Int[0, 1_000_000], Gen.Int[-1, 300]).Select(
        (stable, candidate, isFull, thirds, junk, shuffle, baseline) =>
        {
            var host = isFull ? "checkout.shop.svc.cluster.local" : "checkout";
            JsonObject[] arms = [Destination(host, "stable", stable + candidate == 0 ? 1 : stable, junk), Destination(host, "canary", candidate == 0 ? null : candidate, [])];
            if (baseline >= 0)
            {
                arms = [.. arms, Destination(host, "baseline", baseline == 0 ? null : baseline, [])];
            }

            var all = arms.Concat(thirds.Select(third => (JsonObject)third.DeepClone())).OrderBy(one => (one.ToJsonString().Length * 7919) ^ shuffle);
            var route = (JsonObject)junk.DeepClone();
            route["route"] = new JsonArray([.. all]);
            return route;
        });

    private static readonly Gen<JsonObject> Foreign = Gen.Select(JunkFields, Third.Array[0, 2], Junk).Select((fields, thirds, match) =>
    {
        var route = (JsonObject)fields.DeepClone();
        route["name"] = "foreign";
        route["match"] = match?.DeepClone();
        route["route"] = new JsonArray([.. thirds.Select(third => (JsonNode)third.DeepClone())]);
        return route;
    });

    private static readonly Gen<JsonObject> VirtualService =
        Gen.Select(Managed, Foreign.Array[0, 3], Gen.Int[0, 3], Managed.Array[0, 2], JunkFields, JunkFields).Select((managed, foreign, at, tcp, metadata, spec) =>
        {
            var route = (JsonObject)managed.DeepClone();
            route["name"] = "primary";
            var http = foreign.Select(one => (JsonNode)one.DeepClone()).ToList();
            http.Insert(Math.Min(at, http.Count), route);
            var tcpRoutes = tcp.Select((one, index) =>
            {
                var copy = (JsonObject)one.DeepClone();
                copy["match"] = new JsonArray(new JsonObject { ["port"] = 1000 + index });
                return (JsonNode)copy;
            });
            var body = (JsonObject)spec.DeepClone();
            body["hosts"] = new JsonArray("checkout");
            body["http"] = new JsonArray([.. http]);
            body["tcp"] = new JsonArray([.. tcpRoutes]);
            var meta = (JsonObject)metadata.DeepClone();
            meta["name"] = "checkout";

            // through text, as it would come from the API server
            return (JsonObject)JsonNode.Parse(new JsonObject { ["kind"] = "VirtualService", ["metadata"] = meta, ["spec"] = body }.ToJsonString())!;
        });

    [Fact]
    public void SetWeight_AnyVirtualService_ChangesOnlyTheManagedWeightsAndKeepsEverySum() => Gen.Select(VirtualService, Gen.Int[0, 100], Gen.Enum<BaselineRole>(), Gen.Bool).Sample((virtualService, percent, role, serves) =>
    {
        var (mesh, weight, original) = (new Mesh { Baseline = role }, new Weight(percent), MeshYaml.Canonical(virtualService));
        var before = Found(mesh, virtualService);

        var after = TestPatch.Apply(virtualService, IstioPatches.SetWeight(mesh.Target, mesh.References[0], virtualService, weight, serves, null));
        var then = Found(mesh, after);

        Assert.NotEmpty(before);
        Assert.Equal(before.Select(route => route.Total), then.Select(route => route.Total));
        Assert.All(then, route => Assert.True(route.Observe().Carries(weight, serves)));
        Assert.Null(IstioPatches.SetWeight(mesh.Target, mesh.References[0], after, weight, serves, null));
        Assert.Equal(original, MeshYaml.Canonical(virtualService));
        Assert.Equal(Without(before, virtualService), Without(then, after));
    });

    [Fact]
    public void RestoreWeights_AfterAnyWeights_GivesTheOriginal() => Gen.Select(VirtualService, Gen.Int[0, 100].Array[1, 4], Gen.Bool, Gen.Bool).Sample((virtualService, percents, keeps, serves) =>
    {
        var mesh = new Mesh { Baseline = keeps ? BaselineRole.Kept : BaselineRole.None }.And(mesh => mesh.VirtualServices[0] = virtualService);
        var snapshot = TrafficSnapshot.Read(mesh.Observe().Traffic.Snapshot!);
        var now = virtualService;
        foreach (var percent in percents)
        {
            now = TestPatch.Apply(now, IstioPatches.SetWeight(mesh.Target, mesh.References[0], now, new Weight(percent), serves, null));
        }

        var restored = TestPatch.Apply(now, IstioRestoration.RestoreWeights(snapshot, now));

        Assert.Equal(MeshYaml.Canonical(virtualService), MeshYaml.Canonical(restored));
        Assert.Null(IstioRestoration.RestoreWeights(snapshot, restored));
    });

    private static IReadOnlyList<ManagedRoute> Found(Mesh mesh, JsonObject virtualService) => RouteFinder.Find(mesh.Target, mesh.References[0], virtualService, "", null).Routes;

    /// <summary>The object without the managed weights, which are all that may differ.</summary>
    private static string Without(IReadOnlyList<ManagedRoute> routes, JsonObject virtualService)
    {
        var copy = (JsonObject)virtualService.DeepClone();
        foreach (var route in routes)
        {
            foreach (var index in new[] { route.StableIndex, route.CandidateIndex, route.BaselineIndex ?? route.StableIndex })
            {
                ((JsonObject)copy["spec"]![route.Place.List]![route.Place.Index]!["route"]![index]!).Remove("weight");
            }
        }

        return MeshYaml.Canonical(copy);
    }

    private static JsonObject Destination(string host, string subset, int? weight, JsonObject junk)
    {
        var destination = (JsonObject)junk.DeepClone();
        destination["destination"] = new JsonObject { ["host"] = host, ["subset"] = subset };
        if (weight is { } number)
        {
            destination["weight"] = number;
        }

        return destination;
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static JsonObject Fields((string Name, JsonNode? Value)[] fields) =>
        new(fields.DistinctBy(field => field.Name).Select(field => KeyValuePair.Create(field.Name, field.Value?.DeepClone())));
}

using System.Text.Json.Nodes;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Canary.Sandbox.Tests.Controllers;
using Xunit;

namespace Canary.Sandbox.Tests.Mesh;

public sealed class MeshCompilerTests
{
    private const string Host = "checkout.shop.svc.cluster.local";

    [Fact]
    public void Compile_UnreadyOrGoingPods_AreNoEndpoints()
    {
        var going = ClusterObjects.Pod("c");
        going["metadata"]!["deletionTimestamp"] = "2026-11-23T12:00:00Z";

        var config = Compile([], [], ClusterObjects.Pod("a"), ClusterObjects.Pod("b", ready: false), going);

        Assert.Equal(["http://127.64.0.2:8080"], config.Services[Host].Cluster(null, null, 80)!.Endpoints.Select(endpoint => endpoint.Address));
    }

    [Fact]
    public void Compile_RuleInTheClientsNamespace_HidesTheServicesOwn()
    {
        var config = Compile([], [Rule("shop", "stable"), Rule("frontend", "other")], clientNamespace: "frontend");

        Assert.Null(config.Services[Host].Cluster("stable", null, 80));
        Assert.NotNull(config.Services[Host].Cluster("other", null, 80));
    }

    [Fact]
    public void Compile_SeveralRulesInOneNamespace_AreMerged()
    {
        var second = Rule("shop", "canary");
        second["metadata"]!["name"] = "second";

        var config = Compile([], [Rule("shop", "stable"), second]);

        Assert.NotNull(config.Services[Host].Cluster("stable", null, 80));
        Assert.NotNull(config.Services[Host].Cluster("canary", null, 80));
    }

    [Fact]
    public void Compile_TwoVirtualServicesForAHost_TheOlderWins()
    {
        var config = Compile([Routing("b", "new", "2026-11-23T12:00:00Z"), Routing("a", "old", "2026-11-23T11:00:00Z")], []);

        Assert.Equal("old", Assert.Single(config.Routes[Host]).Choose(0)!.Subset);
    }

    [Theory]
    [InlineData("""{"gateways": ["istio-system/public"]}""", false)]
    [InlineData("""{"gateways": ["istio-system/public", "mesh"]}""", true)]
    [InlineData("""{"exportTo": ["."]}""", true)]
    [InlineData("""{"exportTo": ["frontend"]}""", false)]
    public void Compile_GatewaysAndExport_DecideWhetherTheClientSeesIt(string spec, bool seen)
    {
        var virtualService = Routing("a", "stable", "2026-11-23T11:00:00Z");
        foreach (var (field, value) in ClusterObjects.Parse(spec))
        {
            virtualService["spec"]![field] = value!.DeepClone();
        }

        Assert.Equal(seen, Compile([virtualService], []).Routes.ContainsKey(Host));
    }

    [Fact]
    public void Compile_BrokenPattern_LeavesOutThatVirtualServiceOnly()
    {
        var broken = Routing("a", "stable", "2026-11-23T11:00:00Z");
        broken["spec"]!["hosts"] = new JsonArray("other");
        broken["spec"]!["http"]![0]!["match"] = new JsonArray(ClusterObjects.Parse("""{"uri": {"regex": "("}}"""));
        List<string> skipped = [];

        var config = Compile([broken, Routing("b", "stable", "2026-11-23T12:00:00Z")], [], skipped: skipped);

        Assert.Equal([Host], config.Routes.Keys);
        Assert.Equal(["a"], skipped);
    }

    [Fact]
    public void Compile_AfterCatchAll_RoutesDoNotExist()
    {
        var virtualService = Routing("a", "stable", "2026-11-23T11:00:00Z");
        virtualService["spec"]!["http"]!.AsArray().Insert(0, ClusterObjects.Parse("""{"match": [{"uri": {"prefix": "/"}}], "route": [{"destination": {"host": "checkout", "subset": "first"}}]}"""));

        Assert.Equal("first", Assert.Single(Compile([virtualService], []).Routes[Host]).Choose(0.5)!.Subset);
    }

    [Fact]
    public void Compile_PodStays_KeepsItsEndpointWithTheRequestsUnderWay()
    {
        var compiler = new MeshCompiler(new MeshOptions(), (_, _) => { });
        var snapshot = new MeshSnapshot([], [], [ClusterObjects.Service()], [ClusterObjects.Pod("a")]);

        var before = compiler.Compile(snapshot).Services[Host].Cluster(null, null, 80)!.Endpoints[0];
        var after = compiler.Compile(snapshot).Services[Host].Cluster(null, null, 80)!.Endpoints[0];

        Assert.Same(before, after);
    }

    [Theory]
    [InlineData(0.0, "stable")]
    [InlineData(0.7499, "stable")]
    [InlineData(0.75, "canary")]
    [InlineData(0.9999, "canary")]
    public void Choose_WeightsThatDoNotSumToAHundred_AreRelative(double chance, string subset)
    {
        var route = HttpRoute.Read(
            ClusterObjects.Parse("""
                {"route": [{"destination": {"host": "checkout", "subset": "stable"}, "weight": 3}, {"destination": {"host": "checkout", "subset": "none"}, "weight": 0},
                  {"destination": {"host": "checkout", "subset": "canary"}, "weight": 1}]}
                """),
            "shop",
            new MeshOptions())!;

        Assert.Equal(subset, route.Choose(chance)!.Subset);
    }

    [Fact]
    public void Choose_LeastRequest_PrefersTheIdlePod()
    {
        var busy = new MeshEndpoint("http://a", WorkloadLabels.Unknown);
        var idle = new MeshEndpoint("http://b", WorkloadLabels.Unknown);
        busy.Begin();
        var cluster = new MeshCluster(Host, 80, "LEAST_REQUEST", [busy, idle]);
        var random = new CounterRandom(1);

        // of two draws with replacement the busy one is taken only when drawn twice: one time in four
        Assert.InRange(Enumerable.Range(0, 2000).Count(_ => cluster.Choose(random, null) == busy), 400, 600);
    }

    [Fact]
    public void Choose_RoundRobin_TakesTurns()
    {
        MeshEndpoint[] endpoints = [new("http://a", WorkloadLabels.Unknown), new("http://b", WorkloadLabels.Unknown), new("http://c", WorkloadLabels.Unknown)];
        var cluster = new MeshCluster(Host, 80, "ROUND_ROBIN", endpoints);
        var random = new CounterRandom(1);

        Assert.Equal([.. endpoints, .. endpoints], Enumerable.Range(0, 6).Select(_ => cluster.Choose(random, null)!));
    }

    [Theory]
    [InlineData("1.5s", 1500)]
    [InlineData("200ms", 200)]
    [InlineData("1m30s", 90000)]
    [InlineData("1h", 3600000)]
    [InlineData("soon", null)]
    [InlineData("10", null)]
    public void Parse_GoDuration_ReadsIt(string text, int? milliseconds) => Assert.Equal(milliseconds, (int?)GoDuration.Parse(text)?.TotalMilliseconds);

    private static MeshConfig Compile(
        JsonObject[] virtualServices, JsonObject[] rules, params JsonObject[] pods) => Compile(virtualServices, rules, "shop", null, pods);

    private static MeshConfig Compile(
        JsonObject[] virtualServices, JsonObject[] rules, string clientNamespace = "shop", List<string>? skipped = null, params JsonObject[] pods) =>
        new MeshCompiler(new MeshOptions { ClientNamespace = clientNamespace }, (resource, _) => skipped?.Add((string)resource["metadata"]!["name"]!))
            .Compile(new MeshSnapshot(virtualServices, rules, [ClusterObjects.Service()], pods));

    private static JsonObject Rule(string @namespace, string subset) => ClusterObjects.Parse($$$"""
        {"metadata": {"name": "rule", "namespace": "{{{@namespace}}}"}, "spec": {"host": "{{{Host}}}", "subsets": [{"name": "{{{subset}}}", "labels": {}}]}}
        """);

    private static JsonObject Routing(string name, string subset, string createdAt) => ClusterObjects.Parse($$$"""
        {"metadata": {"name": "{{{name}}}", "namespace": "shop", "creationTimestamp": "{{{createdAt}}}"},
         "spec": {"hosts": ["checkout"], "http": [{"route": [{"destination": {"host": "checkout", "subset": "{{{subset}}}"}}]}]}}
        """);
}

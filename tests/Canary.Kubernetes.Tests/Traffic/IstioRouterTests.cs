using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Traffic;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Traffic;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Xunit;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>Writes against a server whose objects differ from what the caches hold.</summary>
public sealed class IstioRouterTests : IDisposable
{
    private static readonly RolloutOwner Owner = new("checkout", "u-1");
    private static readonly Revision H1 = new("h1");
    private static readonly Revision H2 = new("h2");

    private readonly MeshServer _server = new();
    private readonly ConcurrentQueue<JsonObject> _written = [];
    private readonly Mesh _mesh = new();
    private readonly KubernetesApi _api;
    private readonly IstioRouter _router;

    public IstioRouterTests()
    {
        _api = new KubernetesApi(
            new KubernetesClientConfiguration { Host = "http://localhost" },
            new KubernetesApiOptions(),
            new FakeTimeProvider(),
            new Random(1),
            global::Prometheus.Metrics.NewCustomRegistry(),
            NullLogger<KubernetesApi>.Instance,
            _server);
        _router = new IstioRouter(_api, ResourceKind.VirtualServices, ResourceKind.DestinationRules, _written.Enqueue);
        Serve(_mesh.VirtualService);
        Serve(_mesh.DestinationRule!);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _api.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task SetWeightAsync_OneRoute_PatchesOnceAndTellsTheCache()
    {
        await _router.SetWeightAsync(_mesh.Target, _mesh.Objects, new Weight(25), false, Cancellation);

        Assert.Equal((75, 25), Weights("checkout"));
        Assert.Equal(["PATCH VirtualService/checkout"], _server.Requests);
        Assert.Equal(MeshYaml.Canonical(_server.Find("VirtualService/checkout")), MeshYaml.Canonical(Assert.Single(_written)));
    }

    [Fact]
    public async Task SetWeightAsync_NothingToChange_SendsNothing()
    {
        await _router.SetWeightAsync(_mesh.Target, _mesh.Objects, Weight.Zero, false, Cancellation);

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task SetWeightAsync_RouteMovedSinceItWasCached_ReadsAgainAndSetsTheRightOne()
    {
        InsertRoute();

        await _router.SetWeightAsync(_mesh.Target, _mesh.Objects, new Weight(25), false, Cancellation);

        var http = _server.Find("VirtualService/checkout")!["spec"]!["http"]!;
        Assert.Equal(75, (int)http[1]!["route"]![0]!["weight"]!);
        Assert.Equal(25, (int)http[1]!["route"]![1]!["weight"]!);
        Assert.Null(http[0]!["route"]![0]!["weight"]);
        Assert.Equal(["PATCH VirtualService/checkout", "GET VirtualService/checkout", "PATCH VirtualService/checkout"], _server.Requests);
    }

    [Fact]
    public async Task SetWeightAsync_RouteMovesEveryTime_FailsAndAsksToLookAgainAtOnce()
    {
        _server.Before = request =>
        {
            if (request.StartsWith("PATCH", StringComparison.Ordinal))
            {
                InsertRoute();
            }
        };

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => _router.SetWeightAsync(_mesh.Target, _mesh.Objects, new Weight(25), false, Cancellation));

        Assert.Equal(TimeSpan.Zero, failure.RetryAfter);
        Assert.StartsWith("VirtualService shop/checkout could not be patched: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task SetWeightAsync_FirstMissingSecondForbidden_StillLowersTheThirdAndReportsTheFirst()
    {
        AddVirtualService("forbidden");
        AddVirtualService("last");
        _mesh.References.Insert(0, new VirtualServiceReference("gone", []));
        _server.Fail("VirtualService/forbidden", HttpStatusCode.Forbidden);
        foreach (var resource in _mesh.VirtualServices)
        {
            resource["spec"]!["http"]![0]!["route"]![1]!["weight"] = 100;
            _server.Put(resource);
        }

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => _router.SetWeightAsync(_mesh.Target, _mesh.Objects, Weight.Zero, false, Cancellation));

        Assert.Equal("VirtualService shop/gone does not exist, so its weights could not be set to 0 %", failure.Message);
        Assert.Equal((200, 0), Weights("checkout"));
        Assert.Equal((200, 0), Weights("last"));
        Assert.Equal((100, 100), Weights("forbidden"));
    }

    [Fact]
    public async Task SetWeightAsync_Forbidden_SaysWhichObjectAndWhy()
    {
        _server.Fail("VirtualService/checkout", HttpStatusCode.Forbidden);

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => _router.SetWeightAsync(_mesh.Target, _mesh.Objects, new Weight(5), false, Cancellation));

        Assert.StartsWith("VirtualService shop/checkout could not be patched: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("not allowed", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.RetryAfter);
    }

    [Fact]
    public async Task PointSubsetsAsync_RuleExists_PatchesIt()
    {
        await _router.PointSubsetsAsync(_mesh.Target, _mesh.Objects, new SubsetRevisions(H1, H2), Owner, Cancellation);

        Assert.Equal("h2", Subsets.Hash(_server.Find("DestinationRule/checkout"), "canary"));
        Assert.Equal(["PATCH DestinationRule/checkout"], _server.Requests);
    }

    [Fact]
    public async Task PointSubsetsAsync_NoRule_CreatesOneInTheServedVersion()
    {
        var server = _server.Find("DestinationRule/checkout")!;
        await _api.DeleteAsync(ResourceKind.DestinationRules, "shop", server.Name(), null, Cancellation);
        _mesh.DestinationRule = null;

        await _router.PointSubsetsAsync(_mesh.Target, _mesh.Objects, new SubsetRevisions(H1, H1), Owner, Cancellation);

        var created = _server.Find("DestinationRule/checkout")!;
        Assert.Equal("networking.istio.io/v1", (string)created["apiVersion"]!);
        Assert.True(Subsets.IsOurs(created));
        Assert.Equal(MeshYaml.Canonical(created), MeshYaml.Canonical(Assert.Single(_written)));
    }

    [Fact]
    public async Task PointSubsetsAsync_RuleAppearedSinceTheCacheWasFilled_PatchesThatOne()
    {
        _mesh.DestinationRule = null;

        await _router.PointSubsetsAsync(_mesh.Target, _mesh.Objects, new SubsetRevisions(H1, H2), Owner, Cancellation);

        var rule = _server.Find("DestinationRule/checkout")!;
        Assert.False(Subsets.IsOurs(rule));
        Assert.Equal("h2", Subsets.Hash(rule, "canary"));
        Assert.Equal(["POST DestinationRule/checkout", "GET DestinationRule/checkout", "PATCH DestinationRule/checkout"], _server.Requests);
    }

    [Fact]
    public async Task PointSubsetsAsync_NoRuleAndNoSelector_SaysWhatIsMissing()
    {
        _mesh.DestinationRule = null;
        _mesh.Service = null;

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => _router.PointSubsetsAsync(_mesh.Target, _mesh.Objects, new SubsetRevisions(H1, H2), Owner, Cancellation));

        Assert.Contains("Service shop/checkout has no selector", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestoreAsync_AfterARollout_LeavesBothObjectsAsFound()
    {
        var (service, rule, snapshot) = (Spec("VirtualService"), Spec("DestinationRule"), _mesh.Observe().Traffic.Snapshot!);
        await _router.PointSubsetsAsync(_mesh.Target, _mesh.Objects, new SubsetRevisions(H1, H2), Owner, Cancellation);
        await _router.SetWeightAsync(_mesh.Target, _mesh.Objects, new Weight(50), false, Cancellation);

        await _router.RestoreAsync(snapshot, Cached(), null, Cancellation);

        Assert.Equal(service, Spec("VirtualService"));
        Assert.Equal(rule, Spec("DestinationRule"));
    }

    [Fact]
    public async Task RestoreAsync_RuleOfOursAndRoutesGone_DeletesIt()
    {
        _mesh.DestinationRule = null;
        var snapshot = _mesh.Observe().Traffic.Snapshot!;
        await _api.DeleteAsync(ResourceKind.DestinationRules, "shop", "checkout", null, Cancellation);
        await _router.PointSubsetsAsync(_mesh.Target, _mesh.Objects, new SubsetRevisions(H1, H2), Owner, Cancellation);
        await _api.DeleteAsync(ResourceKind.VirtualServices, "shop", "checkout", null, Cancellation);

        await _router.RestoreAsync(snapshot, Cached(), null, Cancellation);

        Assert.Null(_server.Find("DestinationRule/checkout"));
    }

    [Fact]
    public async Task RestoreAsync_WeightsCannotBePutBack_LeavesTheSubsets()
    {
        var snapshot = _mesh.Observe().Traffic.Snapshot!;
        await _router.PointSubsetsAsync(_mesh.Target, _mesh.Objects, new SubsetRevisions(H1, H2), Owner, Cancellation);
        await _router.SetWeightAsync(_mesh.Target, _mesh.Objects, new Weight(50), false, Cancellation);
        _server.Fail("VirtualService/checkout", HttpStatusCode.Forbidden);

        await Assert.ThrowsAsync<EffectFailedException>(() => _router.RestoreAsync(snapshot, Cached(), null, Cancellation));

        Assert.Equal("h2", Subsets.Hash(_server.Find("DestinationRule/checkout"), "canary"));
    }

    [Fact]
    public async Task RestoreAsync_EverythingGone_DoesNothing()
    {
        var snapshot = _mesh.Observe().Traffic.Snapshot!;

        await _router.RestoreAsync(snapshot, new IstioObjects { VirtualService = _ => null }, null, Cancellation);

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task RestoreAsync_UnreadableSnapshot_SaysSo()
    {
        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => _router.RestoreAsync("{}", _mesh.Objects, null, Cancellation));

        Assert.StartsWith("the recorded traffic: the traffic snapshot has format (none)", failure.Message, StringComparison.Ordinal);
    }

    private void Serve(JsonObject resource)
    {
        _server.Put(resource);
        resource["metadata"] = _server.Find($"{resource["kind"]}/{resource.Name()}")!["metadata"]!.DeepClone();
    }

    private void InsertRoute() => _server.Edit(
        "VirtualService/checkout",
        one => one["spec"]!["http"]!.AsArray().Insert(0, MeshYaml.One("{name: new, match: [{uri: {prefix: /new}}], route: [{destination: {host: legacy}}]}")));

    private void AddVirtualService(string name)
    {
        var copy = (JsonObject)_mesh.VirtualService.DeepClone();
        copy["metadata"]!["name"] = name;
        _mesh.VirtualServices.Add(copy);
        _mesh.References.Add(new VirtualServiceReference(name, ["primary"]));
    }

    /// <summary>What caches hold once the watch has caught up.</summary>
    private IstioObjects Cached()
    {
        _mesh.VirtualServices.Clear();
        _mesh.VirtualServices.AddRange(new[] { _server.Find("VirtualService/checkout") }.OfType<JsonObject>());
        _mesh.DestinationRule = _server.Find("DestinationRule/checkout");
        return _mesh.Objects;
    }

    private string Spec(string kind) => MeshYaml.Canonical(_server.Find($"{kind}/checkout")!["spec"]);

    private (int Stable, int Candidate) Weights(string name)
    {
        var route = _server.Find($"VirtualService/{name}")!["spec"]!["http"]![0]!["route"]!;
        return ((int)route[0]!["weight"]!, (int)route[1]!["weight"]!);
    }
}

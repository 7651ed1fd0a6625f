using System.Net;
using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Canary.Sandbox.Tests.Controllers;
using Canary.Sandbox.Tests.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Sandbox.Tests.Mesh;

/// <summary>What a client's sidecar does with one VirtualService or another, over real sockets.</summary>
public sealed class MeshRoutingTests : IAsyncLifetime
{
    private const string Stable = """{"destination": {"host": "checkout", "subset": "stable"}}""";
    private const string Canary = """{"destination": {"host": "checkout", "subset": "canary"}}""";

    private TestCluster _server = null!; // set before each test
    private SandboxDataPlane _plane = null!; // set before each test
    private EchoPod _stable = null!; // set before each test
    private EchoPod _canary = null!; // set before each test
    private HttpClient _client = null!; // set before each test

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestCluster.StartAsync(Token);
        _stable = await EchoPod.StartAsync("stable-1", "aaa");
        _canary = await EchoPod.StartAsync("canary-1", "bbb");
        await _server.PutAsync(ClusterObjects.Service(), Token);
        await _server.PutAsync(_stable.Resource, Token);
        await _server.PutAsync(_canary.Resource, Token);
        await _server.PutAsync(ClusterObjects.Parse("""
            {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": "checkout", "namespace": "shop"},
             "spec": {"host": "checkout", "subsets": [{"name": "stable", "labels": {"pod-template-hash": "aaa"}},
               {"name": "canary", "labels": {"pod-template-hash": "bbb"}}, {"name": "empty", "labels": {"pod-template-hash": "zzz"}}]}}
            """), Token);
        var options = new DataPlaneOptions { Controllers = false, Nodes = null, Mesh = new MeshOptions { PropagationDelay = TimeSpan.Zero } };
        _plane = await SandboxDataPlane.StartAsync(_server.Configuration, options, TimeProvider.System, NullLoggerFactory.Instance, Token);
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _plane.Mesh!.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _plane.DisposeAsync();
        await _stable.DisposeAsync();
        await _canary.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Route_OnlyDestinationWithWeightZero_GetsEverything()
    {
        await RoutesAsync("""{"route": [{"destination": {"host": "checkout", "subset": "canary"}, "weight": 0}]}""");

        Assert.Equal("canary-1", await PodOf("/"));
    }

    [Fact]
    public async Task Route_WeightZeroOnAMissingSubset_IsHarmless()
    {
        await RoutesAsync($$$"""{"route": [{"destination": {"host": "checkout", "subset": "stable"}, "weight": 100}, {"destination": {"host": "checkout", "subset": "missing"}, "weight": 0}]}""");

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("stable-1", await PodOf("/"));
        }
    }

    [Theory]
    [InlineData("checkout", "missing", "NC")]
    [InlineData("checkout", "empty", "UH")]
    [InlineData("checkout.shop", "stable", "NC")]
    public async Task Route_NowhereToGo_Answers503WithItsFlag(string host, string subset, string flag)
    {
        await RoutesAsync($$$"""{"route": [{"destination": {"host": "{{{host}}}", "subset": "{{{subset}}}"} }]}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync("/")).StatusCode);
        await FlagAsync(flag);
    }

    [Fact]
    public async Task Route_NothingMatches_Answers404()
    {
        await RoutesAsync($$$"""{"match": [{"uri": {"exact": "/pay"}}], "route": [{{{Stable}}}]}""");

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/other")).StatusCode);
        await FlagAsync("NR");
    }

    [Theory]
    [InlineData("/", "x-user: alice", "canary-1")]
    [InlineData("/", "x-user: bob", "stable-1")]
    [InlineData("/", "cookie: a=1; dogfood=yes; b=2", "canary-1")]
    [InlineData("/api/pay?version=2", "x-none: 1", "canary-1")]
    [InlineData("/api/pay?version=3", "x-none: 1", "stable-1")]
    [InlineData("/beta/pay", "x-none: 1", "canary-1")]
    [InlineData("/v12", "x-none: 1", "canary-1")]
    [InlineData("/v12/more", "x-none: 1", "stable-1")]
    public async Task Match_HeaderCookieQueryOrPath_ChoosesTheFirstRouteThatFits(string path, string header, string pod)
    {
        await RoutesAsync(
            $$$"""
            {"match": [{"headers": {"x-user": {"exact": "alice"} } }, {"headers": {"cookie": {"regex": "^(.*;\\s*)?dogfood=yes(;.*)?$"} } },
              {"uri": {"prefix": "/api"}, "queryParams": {"version": {"exact": "2"} } }, {"uri": {"prefix": "/beta"}, "method": {"exact": "GET"}}, {"uri": {"regex": "/v\\d+"}}],
             "route": [{{{Canary}}}]}
            """,
            $$$"""{"route": [{{{Stable}}}]}""",
            """{"match": [{"headers": {"x-user": {"exact": "bob"}}}], "directResponse": {"status": 418}}""");

        var parts = header.Split(": ", 2);
        Assert.Equal(pod, await PodOf(path, (parts[0], parts[1])));
    }

    [Fact]
    public async Task Retry_NobodyListensAtOnePod_IsHiddenFromTheClient()
    {
        var dead = ClusterObjects.Pod("stable-0", "aaa", address: "127.0.0.1");
        dead["spec"]!["containers"]![0]!["ports"]![0]!["containerPort"] = 1;
        await _server.PutAsync(dead, Token);
        await RoutesAsync($$$"""{"route": [{{{Stable}}}]}""");

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("stable-1", await PodOf("/"));
        }
    }

    [Fact]
    public async Task Retry_Disabled_ShowsTheConnectFailure()
    {
        var dead = ClusterObjects.Pod("zzz", "zzz", address: "127.0.0.1");
        dead["spec"]!["containers"]![0]!["ports"]![0]!["containerPort"] = 1;
        await _server.PutAsync(dead, Token);
        await RoutesAsync("""{"retries": {"attempts": 0}, "route": [{"destination": {"host": "checkout", "subset": "empty"}}]}""");
        await Eventually.HoldsAsync(async () => (await GetAsync("/")).StatusCode == HttpStatusCode.ServiceUnavailable && Flags("UF") > 0, "a connect failure", Token);

        Assert.True(_plane.Mesh!.Metrics.Count(key => key.Flags == "UF" && key.Destination.Workload == "zzz") > 0);
    }

    [Theory]
    [InlineData("""{"attempts": 2, "retryOn": "5xx"}""", 200, 3)]
    [InlineData("""{"attempts": 1, "retryOn": "5xx"}""", 500, 2)]
    [InlineData("""{"attempts": 2, "retryOn": "connect-failure"}""", 500, 1)]
    public async Task Retry_ServerErrors_AreRepeatedAsTold(string retries, int status, int calls)
    {
        await using var flaky = await EchoPod.StartAsync("flaky", "fff", (context, call) =>
        {
            context.Response.StatusCode = call % 3 == 0 ? 200 : 500;
            return context.Response.WriteAsync("x");
        });
        await _server.PutAsync(flaky.Resource, Token);
        await _server.PatchAsync("destinationrules", "checkout", """{"spec": {"subsets": [{"name": "flaky", "labels": {"pod-template-hash": "fff"}}]}}""", Token);
        await RoutesAsync($$$"""{"match": [{"uri": {"exact": "/ready"}}], "directResponse": {"status": 204}}""", $$$"""{"retries": {{{retries}}}, "route": [{"destination": {"host": "checkout", "subset": "flaky"} }]}""");
        await Eventually.HoldsAsync(() => _plane.Mesh!.Configs.Current.Services.GetValueOrDefault("checkout.shop.svc.cluster.local")?.Cluster("flaky", 80, 80) is { Endpoints.Count: 1 }, "the subset", Token);

        Assert.Equal(status, (int)(await GetAsync("/")).StatusCode);
        Assert.Equal(calls, flaky.Received.Count);
    }

    [Fact]
    public async Task Timeout_SlowPod_Answers504()
    {
        await using var slow = await EchoPod.StartAsync("slow", "zzz", (context, _) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await _server.PutAsync(slow.Resource, Token);
        await RoutesAsync("""{"timeout": "50ms", "route": [{"destination": {"host": "checkout", "subset": "empty"}}]}""");

        await Eventually.HoldsAsync(async () => (await GetAsync("/")).StatusCode == HttpStatusCode.GatewayTimeout, "a timeout", Token);
        await FlagAsync("UT");
    }

    [Fact]
    public async Task Fault_Abort_AnswersWithoutAPod()
    {
        await RoutesAsync($$$"""{"fault": {"abort": {"percentage": {"value": 100}, "httpStatus": 418} }, "route": [{{{Stable}}}]}""");

        Assert.Equal(418, (int)(await GetAsync("/")).StatusCode);
        Assert.Empty(_stable.Received);
        await FlagAsync("FI");
    }

    [Fact]
    public async Task Fault_WithoutPercentage_InjectsNothing()
    {
        await RoutesAsync($$$"""{"fault": {"abort": {"httpStatus": 418}}, "route": [{{{Stable}}}]}""");

        Assert.Equal("stable-1", await PodOf("/"));
    }

    [Fact]
    public async Task Mirror_EveryRequest_ReachesTheMirrorToo()
    {
        await RoutesAsync($$$"""{"route": [{{{Stable}}}], "mirrors": [{{{Canary}}}]}""");

        Assert.Equal("stable-1", await PodOf("/mirrored"));
        await Eventually.HoldsAsync(() => _canary.Received.Any(received => received.Path == "/mirrored"), "the copy", Token);
        Assert.Equal(0, _plane.Mesh!.Metrics.Count(key => key.Destination.Workload == "canary-1"));
    }

    [Fact]
    public async Task Rewrite_PrefixAndHeaders_AreWhatThePodSees()
    {
        await RoutesAsync($$$"""
            {"match": [{"uri": {"prefix": "/shop"}}], "rewrite": {"uri": "/v2", "authority": "inner"}, "route": [{{{Stable}}}],
             "headers": {"request": {"set": {"x-set": "1"}, "remove": ["x-gone"]}, "response": {"set": {"x-answer": "yes"} } }}
            """);

        var response = await GetAsync("/shop/cart?a=b", ("x-gone", "1"));

        var (path, headers) = Assert.Single(_stable.Received);
        Assert.Equal("/v2/cart?a=b", path);
        Assert.Equal("inner", headers["host"]);
        Assert.Equal("1", headers["x-set"]);
        Assert.DoesNotContain("x-gone", headers.Keys);
        Assert.Equal("yes", response.Headers.GetValues("x-answer").Single());
    }

    [Fact]
    public async Task Rewrite_Regex_UsesItsGroups()
    {
        await RoutesAsync($$$"""{"rewrite": {"uriRegexRewrite": {"match": "^/user/(\\d+)/(.*)$", "rewrite": "/\\2?id=\\1"}}, "route": [{{{Stable}}}]}""");

        await GetAsync("/user/7/cart");

        Assert.StartsWith("/cart", Assert.Single(_stable.Received).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_AndDirectResponse_NeedNoPod()
    {
        await RoutesAsync("""{"match": [{"uri": {"exact": "/old"}}], "redirect": {"uri": "/new", "redirectCode": 302}}""", """{"directResponse": {"status": 202, "body": {"string": "soon"}}}""");

        var moved = await GetAsync("/old");
        Assert.Equal((302, "/new"), ((int)moved.StatusCode, moved.Headers.Location!.AbsolutePath));
        Assert.Equal("soon", await (await GetAsync("/x")).Content.ReadAsStringAsync(Token));
    }

    [Theory]
    [InlineData("checkout", 200)]
    [InlineData("checkout.shop", 200)]
    [InlineData("checkout.shop.svc:80", 200)]
    [InlineData("checkout.shop.svc.cluster.local", 200)]
    [InlineData("nobody", 502)]
    public async Task Host_WithoutVirtualService_GoesToTheServiceAlone(string host, int status)
    {
        await Eventually.HoldsAsync(() => _plane.Mesh!.Configs.Current.Services.GetValueOrDefault("checkout.shop.svc.cluster.local")?.Cluster(null, 80, 80)?.Endpoints.Count == 2, "both pods", Token);

        Assert.Equal(status, (int)(await GetAsync("/", host: host)).StatusCode);
    }

    private async Task RoutesAsync(params string[] routes)
    {
        await _server.PutAsync(ClusterObjects.Parse($$$"""
            {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "checkout", "namespace": "shop"},
             "spec": {"hosts": ["checkout"], "http": [{{{string.Join(',', routes)}}}]}}
            """), Token);
        await Eventually.HoldsAsync(
            () => _plane.Mesh!.Configs.Current is { } config && config.Routes.ContainsKey("checkout.shop.svc.cluster.local")
                && config.Services.GetValueOrDefault("checkout.shop.svc.cluster.local")?.Cluster(null, 80, 80)?.Endpoints.Count == _server.All("pods").Count,
            "the configuration",
            Token);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, (string Name, string Value)? header = null, string host = "checkout")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        if (header is { } given)
        {
            request.Headers.TryAddWithoutValidation(given.Name, given.Value);
        }

        return await _client.SendAsync(request, Token);
    }

    private async Task<string?> PodOf(string path, (string Name, string Value)? header = null)
    {
        using var response = await GetAsync(path, header);
        return response.Headers.TryGetValues("x-pod", out var pods) ? pods.Single() : $"{(int)response.StatusCode}";
    }

    private long Flags(string flag) => _plane.Mesh!.Metrics.Count(key => key.Flags.Split(',').Contains(flag));

    // the proxy counts after its answer has left
    private Task FlagAsync(string flag) => Eventually.HoldsAsync(() => Flags(flag) > 0, $"flag {flag}", Token);
}

using Xunit;
using static Canary.Sandbox.ApiServer.Samples;

namespace Canary.Sandbox.ApiServer;

public sealed class SeamTests
{
    [Fact]
    public async Task Interceptor_ThatAnswers_ReplacesTheServer()
    {
        await using var running = await RunningServer.StartAsync();
        running.Server.Interceptor = http =>
        {
            http.Response.StatusCode = 503;
            return Task.FromResult(true);
        };

        Assert.Equal(503, (await running.SendAsync("GET", ConfigMaps)).Code);
    }

    [Fact]
    public async Task ResponseInterceptor_ThatDropsTheConnection_LeavesTheWriteDone()
    {
        await using var running = await RunningServer.StartAsync();
        running.Server.ResponseInterceptor = (http, observed) =>
        {
            if (observed.IsWrite)
            {
                http.Abort();
            }

            return Task.FromResult(observed.IsWrite);
        };

        await Assert.ThrowsAsync<HttpRequestException>(() => running.SendAsync("POST", ConfigMaps, ConfigMap("a")));

        Assert.Equal(200, (await running.SendAsync("GET", ConfigMaps + "/a")).Code);
    }

    [Fact]
    public async Task Observers_SeeEveryRequestBeforeAndAfter()
    {
        await using var running = await RunningServer.StartAsync();
        var seen = new List<ApiRequestObservation>();
        running.Server.RequestReceived += (_, observed) => seen.Add(observed);
        running.Server.RequestCompleted += (_, observed) => seen.Add(observed);

        await running.DoAsync("POST", ConfigMaps + "?fieldManager=me", ConfigMap("a"));

        Assert.Equal(
            [
                new ApiRequestObservation("create", ConfigMaps, "?fieldManager=me", "raw-client/1.0", ConfigMap("a"), 0),
                new ApiRequestObservation("create", ConfigMaps, "?fieldManager=me", "raw-client/1.0", ConfigMap("a"), 201),
            ],
            seen);
    }

    [Fact]
    public async Task StartAsync_TakenPort_Throws()
    {
        await using var running = await RunningServer.StartAsync();

        await Assert.ThrowsAsync<IOException>(() => RunningServer.StartAsync(new() { Port = running.Server.Address.Port }));
    }

    [Fact]
    public async Task Discovery_ListsGroupsResourcesAndSubresources()
    {
        await using var running = await RunningServer.StartAsync();

        var groups = await running.DoAsync("GET", "/apis");
        var apps = await running.DoAsync("GET", "/apis/apps/v1");
        var istio = await running.DoAsync("GET", "/apis/networking.istio.io");

        Assert.Contains(groups.Items("groups")!, group => group.Text("name") == "apps");
        Assert.Contains(apps.Items("resources")!, resource => resource.Text("name") == "deployments/scale");
        Assert.Equal("v1", istio.Text("preferredVersion", "version"));
        Assert.Equal(200, (await running.SendAsync("GET", "/readyz?verbose")).Code);
        Assert.Equal("32", (await running.DoAsync("GET", "/version")).Text("minor"));
    }
}

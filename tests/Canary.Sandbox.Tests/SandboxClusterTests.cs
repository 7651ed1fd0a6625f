using System.Text.Json.Nodes;
using Canary.Sandbox.Demo;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Sandbox.Tests;

public sealed class SandboxClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Start_KubeconfigOfAnotherApiServer_RunsNodesMeshAndEngineAgainstIt()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var bare = new SandboxOptions { Engine = false, DataPlane = new DataPlaneOptions { Nodes = null, Mesh = null } };
        await using var server = await SandboxCluster.StartAsync(bare, TimeProvider.System, NullLoggerFactory.Instance, cancellation);
        var guest = new SandboxOptions
        {
            Kubeconfig = server.Kubeconfig,
            DataPlane = new DataPlaneOptions { Nodes = new NodeOptions { StartDelay = TimeSpan.Zero }, Mesh = new MeshOptions() },
        };
        await using var cluster = await SandboxCluster.StartAsync(guest, TimeProvider.System, NullLoggerFactory.Instance, cancellation);
        await cluster.ApplyAsync(EmbeddedManifests.Objects("demo/shop.yaml"), cancellation);
        await cluster.ApplyAsync(EmbeddedManifests.Objects("templates/golden-signals.yaml"), cancellation);
        await cluster.ApplyAsync(EmbeddedManifests.Objects("demo/rollout.yaml"), cancellation);

        var rollout = await UntilAsync(server, glance => glance.Phase == "Healthy", cancellation);

        Assert.Null(cluster.ApiServer);
        Assert.Equal("shop/checkout:v1", rollout.StableImage);
        Assert.Equal(4, cluster.Plane.Nodes!.Counts().Count);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, cluster.Plane.Mesh!.Address) { Headers = { Host = "checkout" } };
        using var answer = await client.SendAsync(request, cancellation);
        Assert.NotEqual(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task<RolloutGlance> UntilAsync(SandboxCluster cluster, Func<RolloutGlance, bool> holds, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            JsonObject rollout = await cluster.Api.GetAsync(ResourceKind.Rollouts, "shop", "checkout", patience.Token);
            if (RolloutGlance.Of(rollout) is var glance && holds(glance))
            {
                return glance;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }
}

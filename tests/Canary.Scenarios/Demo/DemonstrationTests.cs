using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Sandbox;
using Canary.Sandbox.Demo;
using Canary.Sandbox.Load;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Canary.Scenarios.Rights;
using Canary.Testing.ControlPlanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Scenarios.Demo;

/// <summary>The demonstration itself, with less time and a worse version, through the mesh and under load.</summary>
public sealed class DemonstrationTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Run_ErrorsAndACrash_EndAsTheyMust()
    {
        var options = new SandboxOptions
        {
            Engine = false,
            DataPlane = new DataPlaneOptions
            {
                Nodes = new NodeOptions
                {
                    StartDelay = TimeSpan.FromMilliseconds(20),
                    LatencyFactor = 0,
                    FirstNetwork = 110,
                    Images = new ImageBehaviours(new Dictionary<string, PodBehaviour> { ["shop/checkout:v3-errors"] = PodBehaviour.Faulty with { ErrorRatio = 0.3 } }),
                },
                Mesh = new MeshOptions { PropagationDelay = TimeSpan.FromMilliseconds(20) },
                Load = new LoadOptions { Targets = [new LoadTarget("checkout", 150)], Seed = 7 },
            },
        };
        await using var cluster = await SandboxCluster.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        using var asked = new AskedRights();
        await cluster.StartEngineAsync(TestContext.Current.CancellationToken, asked);
        var plan = new DemonstrationPlan
        {
            Stories = [.. Story.All.Where(story => story.Tag is "v3-errors" or "v5-crash")],
            Adjust = Compress,
        };
        using var text = new StringWriter(CultureInfo.InvariantCulture);

        var wrong = await new Demonstration(cluster, new LineView(text), plan).RunAsync(TestContext.Current.CancellationToken);

        output.WriteLine(text.ToString());
        Assert.Empty(wrong);
        Assert.Contains("back at weight 0 after", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("CrashLoopBackOff", text.ToString(), StringComparison.Ordinal);

        // what the real authoriser says is asked elsewhere; here, everywhere, that no rule is missing
        var roles = RoleManifest.Read(null, "base/cluster-role.yaml");
        Assert.DoesNotContain(asked.All, right => !roles.Covers(right));
        Assert.Contains(new Right("patch", "networking.istio.io", "virtualservices", "shop"), asked.All);
    }

    private static void Compress(JsonObject rollout)
    {
        var spec = rollout["spec"]!;
        spec["traffic"]!["istio"]!["propagation"] = "100ms";
        spec["strategy"]!["canary"]!["steps"] = JsonNode.Parse("""[{"setWeight":25},{"pause":{"duration":"40s"}},{"setWeight":100},{"pause":{"duration":"1s"}}]""");
        spec["analysis"]!["interval"] = "200ms";
        spec["progressDeadline"] = "2s";
        spec["scaleDownDelay"] = "200ms";
    }
}

using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Kubernetes.Json;
using Canary.Sandbox;
using Canary.Sandbox.Load;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Canary.Scenarios.Support;
using Canary.Testing.ControlPlanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Scenarios.Rights;

/// <summary>A real control plane, the sandbox's nodes, mesh and load, and the engine as a ServiceAccount that RBAC gives what the manifests say, and nothing else.</summary>
internal sealed class RightsCluster : IAsyncDisposable
{
    public const string Namespace = "shop";

    private readonly string _engine;

    private RightsCluster(SharedCluster.Running running, ControlPlane plane, string engine)
    {
        Running = running;
        Plane = plane;
        _engine = engine;
    }

    public SharedCluster.Running Running { get; }

    public ControlPlane Plane { get; }

    /// <summary>Everything that the engine has asked for so far.</summary>
    public IReadOnlyList<AuditEntry> Asked => Plane.Audit(_engine);

    /// <summary>Starts it.</summary>
    /// <param name="ns">The engine's own namespace.</param>
    /// <param name="network">Second byte of the nodes' addresses.</param>
    /// <param name="roles">What is installed before the engine starts.</param>
    /// <param name="arguments">The engine's configuration.</param>
    public static async Task<RightsCluster> StartAsync(string ns, byte network, RoleManifest roles, params string[] arguments)
    {
        Assert.SkipWhen(ControlPlanePrograms.WhyAbsent is not null, ControlPlanePrograms.WhyAbsent ?? "");
        var engine = $"system:serviceaccount:{ns}:canary";
        var identities = new Dictionary<string, string[]> { [engine] = ["system:serviceaccounts", $"system:serviceaccounts:{ns}"], ["viewer"] = [], ["editor"] = [] };
        var plane = await ControlPlane.StartAsync(TimeProvider.System, plane => Definitions.InstallAsync(plane), TestContext.Current.CancellationToken, identities);
        try
        {
            var options = new SandboxOptions
            {
                Kubeconfig = plane.Kubeconfig,
                EngineKubeconfig = plane.KubeconfigOf(engine),
                Engine = false,
                DataPlane = new DataPlaneOptions
                {
                    Nodes = new NodeOptions { StartDelay = TimeSpan.FromMilliseconds(20), FirstNetwork = network, Images = Worse() },
                    Mesh = new MeshOptions { PropagationDelay = TimeSpan.FromMilliseconds(20) },
                    Load = new LoadOptions { Targets = [new LoadTarget("checkout", 200)], Seed = 7 },
                },
                EngineArguments = ["--Kubernetes:LeaderElection=true", $"--Kubernetes:LeaseNamespace={ns}", .. arguments],
            };
            var running = new SharedCluster.Running(await SandboxCluster.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken), plane);
            var cluster = new RightsCluster(running, plane, engine);
            await cluster.ApplyAsync([.. new[] { ns, Namespace }.Distinct().Select(NamespaceOf)]);
            await cluster.ApplyAsync(roles.Objects);
            await running.Cluster.StartEngineAsync(TestContext.Current.CancellationToken, new ClientSight(running, faults: true));
            return cluster;
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    /// <summary>The manifest of a namespace.</summary>
    public static JsonObject NamespaceOf(string name) => new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };

    /// <summary>Creates objects, as the administrator.</summary>
    public Task ApplyAsync(IReadOnlyList<JsonObject> objects) => Running.Cluster.ApplyAsync(objects, TestContext.Current.CancellationToken);

    /// <summary>Creates the objects of a manifest, as the administrator.</summary>
    public Task ApplyAsync(string yaml) => ApplyAsync([.. YamlTree.ParseAll(yaml).OfType<JsonObject>()]);

    public ValueTask DisposeAsync() => Running.DisposeAsync();

    /// <summary>The demonstration's versions, made so bad that little traffic shows it.</summary>
    private static ImageBehaviours Worse() => new(new Dictionary<string, PodBehaviour>
    {
        ["shop/checkout:v3-errors"] = PodBehaviour.Faulty with { ErrorRatio = 0.3 },
        ["shop/checkout:v4-slow"] = PodBehaviour.Slow with { Latency = new LatencyModel(TimeSpan.FromMilliseconds(40), 0.6) },
    });
}

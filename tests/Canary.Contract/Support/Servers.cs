using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Kubernetes.Api;
using Canary.Sandbox;
using Canary.Sandbox.ApiServer;
using Canary.Sandbox.Nodes;
using Canary.Testing.ControlPlanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

[assembly: AssemblyFixture(typeof(Servers))]

namespace Canary.Contract.Support;

/// <summary>The two API servers that must not differ, each with its controllers and the sandbox's nodes, started by the first test that asks.</summary>
public sealed class Servers : IAsyncDisposable
{
    internal const string Sandbox = "sandbox";
    internal const string Real = "real";

    private readonly Dictionary<string, Lazy<Task<RunningServer>>> _running = new()
    {
        [Sandbox] = new(RunningServer.StartSandboxAsync),
        [Real] = new(RunningServer.StartRealAsync),
    };

    private int _places;

    /// <summary>A namespace of its own on one of the servers.</summary>
    internal async Task<Place> OpenAsync(string server)
    {
        var running = await _running[server].Value;
        var place = new Place(running, $"place-{Interlocked.Increment(ref _places).ToString(CultureInfo.InvariantCulture)}");
        await place.DoAsync("POST", "/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{place.Namespace}}}"}}""");
        return place;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running.Values.Where(running => running.IsValueCreated))
        {
            await (await running.Value).DisposeAsync();
        }
    }
}

/// <summary>One API server that runs.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly ControlPlane? _plane;
    private readonly SemaphoreSlim _freezing = new(1);

    private RunningServer(SandboxCluster cluster, ControlPlane? plane)
    {
        Cluster = cluster;
        _plane = plane;
        Http = plane?.NewClient(ControlPlane.Administrator) ?? new HttpClient { BaseAddress = cluster.ApiServer!.Address }; // without a control plane it is the sandbox's own
        Http.DefaultRequestHeaders.UserAgent.ParseAdd("raw-client/1.0");
    }

    public SandboxCluster Cluster { get; }

    public HttpClient Http { get; }

    public bool IsReal => _plane is not null;

    public static async Task<RunningServer> StartSandboxAsync()
    {
        var cluster = await StartClusterAsync(null, 91);
        foreach (var definition in Definitions.All())
        {
            cluster.ApiServer!.InstallCustomResourceDefinition(definition); // no kubeconfig was given, so it has one of its own
        }

        return new RunningServer(cluster, null);
    }

    public static async Task<RunningServer> StartRealAsync()
    {
        var plane = await ControlPlane.StartAsync(TimeProvider.System, plane => Definitions.InstallAsync(plane, Samples.WidgetDefinition), CancellationToken.None);
        try
        {
            return new RunningServer(await StartClusterAsync(plane.Kubeconfig, 92), plane);
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does something while the controllers stand still, who see all of it at once when they go on.</summary>
    public async Task WithoutControllersAsync(Func<Task> change)
    {
        await _freezing.WaitAsync();
        try
        {
            await (_plane?.StopControllersAsync() ?? Cluster.Plane.Controllers!.StopAsync(CancellationToken.None)); // without a plane they are the sandbox's
            await change();
        }
        finally
        {
            await (_plane?.StartControllersAsync(CancellationToken.None) ?? Cluster.Plane.Controllers!.StartAsync(CancellationToken.None));
            _freezing.Release();
        }
    }

    /// <summary>Forgets the history of all resources.</summary>
    public Task CompactAsync(CancellationToken cancellation)
    {
        Cluster.ApiServer?.CompactHistory();
        return _plane?.CompactAsync(cancellation) ?? Task.CompletedTask;
    }

    /// <summary>What the programs of a real server said last.</summary>
    public string Tail() => _plane?.Tail(15) ?? "";

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _freezing.Dispose();
        await Cluster.DisposeAsync();
        if (_plane is { } plane)
        {
            await plane.DisposeAsync();
        }
    }

    private static Task<SandboxCluster> StartClusterAsync(string? kubeconfig, byte network) => SandboxCluster.StartAsync(
        new SandboxOptions
        {
            Kubeconfig = kubeconfig,
            Engine = false,
            DataPlane = new DataPlaneOptions
            {
                Nodes = new NodeOptions { StartDelay = TimeSpan.FromMilliseconds(20), DrainTime = TimeSpan.Zero, Listen = false, FirstNetwork = network },
                Mesh = null,
            },
        },
        TimeProvider.System,
        NullLoggerFactory.Instance,
        CancellationToken.None);
}

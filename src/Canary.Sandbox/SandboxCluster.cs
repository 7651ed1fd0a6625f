using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Controller.Hosting;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Sandbox.ApiServer;
using Canary.Sandbox.Nodes;
using Microsoft.Extensions.DependencyInjection.Extensions;
using k8s;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Sandbox;

/// <summary>A cluster in one process: API server, controllers, nodes, mesh, load, and the real engine. One caller starts, stops and disposes it.</summary>
internal sealed class SandboxCluster : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canary-sandbox-").FullName;
    private WebApplication? _engine;

    private SandboxCluster(SandboxOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        Options = options;
        Time = time;
        Loggers = loggers;
    }

    public SandboxOptions Options { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Loggers { get; }

    /// <summary>The sandbox's own API server; null when another one is used.</summary>
    public SandboxApiServer? ApiServer { get; private set; }

    /// <summary>Path of a kubeconfig for kubectl.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <summary>A client with the rights of a person.</summary>
    public KubernetesApi Api { get; private set; } = null!; // set by StartAsync before anybody sees the cluster

    public SandboxDataPlane Plane { get; private set; } = null!; // as above

    /// <summary>Where the engine serves its health and metrics; null while it does not run here.</summary>
    public Uri? EngineAddress { get; private set; }

    /// <summary>Starts everything that the options ask for.</summary>
    public static async Task<SandboxCluster> StartAsync(SandboxOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var cluster = new SandboxCluster(options, time, loggers);
        try
        {
            await cluster.StartAsync(cancellation).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Creates the objects of a manifest that do not exist yet.</summary>
    public async Task ApplyAsync(IEnumerable<JsonObject> objects, CancellationToken cancellation)
    {
        foreach (var item in objects)
        {
            var metadata = item["metadata"]!;
            var kind = KindOf(item);
            try
            {
                await Api.CreateAsync(kind, metadata["namespace"]?.GetValue<string>(), item, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesApiException exists) when (exists.IsAlreadyExists)
            {
                // a cluster of the person's own may hold it from an earlier run
            }
        }
    }

    /// <summary>Starts the engine in this process.</summary>
    public async Task StartEngineAsync(CancellationToken cancellation, params DelegatingHandler[] handlers)
    {
        string[] arguments =
        [
            $"--Controller:Listen=http://127.0.0.1:{Options.EnginePort.ToString(CultureInfo.InvariantCulture)}",
            "--Kubernetes:LeaderElection=false",
            .. Options.EngineArguments,
        ];
        var registry = global::Prometheus.Metrics.NewCustomRegistry();
        _engine = ControllerHost.Build(arguments, Time, builder =>
        {
            builder.Services.AddSingleton(Configuration(Options.EngineKubeconfig ?? Kubeconfig));
            builder.Services.Replace(ServiceDescriptor.Singleton(registry));
            builder.Services.Replace(ServiceDescriptor.Singleton(Loggers));
            foreach (var handler in handlers)
            {
                builder.Services.AddSingleton(handler);
            }
        });
        await _engine.StartAsync(cancellation).ConfigureAwait(false);
        EngineAddress = new Uri(_engine.Urls.First());
    }

    /// <summary>Stops the engine in this process, gracefully.</summary>
    public async Task StopEngineAsync()
    {
        if (_engine is { } engine)
        {
            _engine = null;
            EngineAddress = null;
            await engine.StopAsync().ConfigureAwait(false);
            await engine.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopEngineAsync().ConfigureAwait(false);
        if (Plane is { } plane)
        {
            await plane.DisposeAsync().ConfigureAwait(false);
        }

        Api?.Dispose();
        if (ApiServer is { } server)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static ResourceKind KindOf(JsonObject item)
    {
        var version = item["apiVersion"]!.GetValue<string>().Split('/');
        var kind = item["kind"]!.GetValue<string>();
        var plural = kind.ToLowerInvariant() + (kind.EndsWith('s') ? "es" : "s");
        var clusterWide = kind is "Namespace" or "CustomResourceDefinition" || kind.StartsWith("Cluster", StringComparison.Ordinal);
        return version.Length == 2 ? new(version[0], version[1], plural, kind, !clusterWide) : new("", version[0], plural, kind, !clusterWide);
    }

    private static KubernetesClientConfiguration Configuration(string kubeconfig) => KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);

    private async Task StartAsync(CancellationToken cancellation)
    {
        if (Options.Kubeconfig is { } given)
        {
            Kubeconfig = Path.GetFullPath(given);
        }
        else
        {
            ApiServer = await SandboxApiServer.StartAsync(new SandboxApiServerOptions { Port = Options.Port }, Time, Loggers, cancellation).ConfigureAwait(false);
            Kubeconfig = ApiServer.WriteKubeconfig(Path.Combine(_folder, "kubeconfig"));
        }

        Api = new KubernetesApi(Configuration(Kubeconfig), new KubernetesApiOptions(), Time, new Random(1), global::Prometheus.Metrics.NewCustomRegistry(), Loggers.CreateLogger<KubernetesApi>());
        await InstallAsync(cancellation).ConfigureAwait(false);
        var plane = Options.DataPlane;
        Plane = await SandboxDataPlane.StartAsync(
            Configuration(Kubeconfig),
            new DataPlaneOptions { Controllers = Options.Controllers ?? Options.Kubeconfig is null, Nodes = plane.Nodes, Mesh = plane.Mesh, Load = plane.Load, Seed = plane.Seed },
            Time,
            Loggers,
            cancellation).ConfigureAwait(false);
        if (Options.Engine)
        {
            await StartEngineAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task InstallAsync(CancellationToken cancellation)
    {
        if (ApiServer is { } server)
        {
            foreach (var definition in EmbeddedManifests.Definitions())
            {
                server.InstallCustomResourceDefinition(definition);
            }

            return;
        }

        var kind = new ResourceKind("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false);
        foreach (var definition in EmbeddedManifests.Definitions().SelectMany(Parsed))
        {
            try
            {
                await Api.CreateAsync(kind, null, definition, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesApiException exists) when (exists.IsAlreadyExists)
            {
                // installed before: the person's own version is kept
            }
        }
    }

    private static IEnumerable<JsonObject> Parsed(string yaml) => YamlTree.ParseAll(yaml).OfType<JsonObject>();
}

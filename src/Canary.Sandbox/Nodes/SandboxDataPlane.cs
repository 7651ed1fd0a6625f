using Canary.Kubernetes.Api;
using Canary.Sandbox.Controllers;
using Canary.Sandbox.Load;
using Canary.Sandbox.Mesh;
using k8s;

namespace Canary.Sandbox.Nodes;

/// <summary>
/// Controllers, nodes, mesh and load against one API server, the sandbox's or a real one. Start, stop and disposal belong to one caller; the parts may be read by anyone.
/// </summary>
internal sealed class SandboxDataPlane : IAsyncDisposable
{
    private readonly List<KubernetesApi> _apis = [];
    private readonly List<BackgroundService> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _following = Task.CompletedTask;

    private SandboxDataPlane()
    {
    }

    public SandboxControllers? Controllers { get; private set; }

    public SandboxNodes? Nodes { get; private set; }

    public SandboxMesh? Mesh { get; private set; }

    public LoadGenerator? Load { get; private set; }

    /// <summary>Starts what the options ask for, and returns when every kind has been listed once. The load waits for <see cref="StartLoadAsync"/>.</summary>
    /// <param name="configuration">How to reach the API server.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">Clock of everything.</param>
    /// <param name="loggers">Makes the loggers.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="KubernetesApiException">The API server cannot be asked which Istio versions it serves.</exception>
    /// <exception cref="InvalidOperationException">A mesh is asked for and the API server serves no VirtualServices.</exception>
    public static async Task<SandboxDataPlane> StartAsync(
        KubernetesClientConfiguration configuration, DataPlaneOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var plane = new SandboxDataPlane();
        try
        {
            await plane.StartPartsAsync(configuration, options, time, loggers, cancellationToken).ConfigureAwait(false);
            return plane;
        }
        catch (Exception)
        {
            await plane.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Begins the load.</summary>
    /// <exception cref="InvalidOperationException">The options had no load.</exception>
    public Task StartLoadAsync(CancellationToken cancellationToken) => Load is { } load ? StartAsync(load, cancellationToken) : throw new InvalidOperationException("no load was asked for");

    /// <summary>Stops everything, load first. May be called again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var part in Enumerable.Reverse(_running))
        {
            await part.StopAsync(cancellationToken).ConfigureAwait(false);
        }

        _running.Clear();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var part in new BackgroundService?[] { Load, Mesh, Nodes, Controllers })
        {
            part?.Dispose();
        }

        _apis.ForEach(api => api.Dispose());
        _stopping.Dispose();
    }

    private async Task StartPartsAsync(
        KubernetesClientConfiguration configuration, DataPlaneOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        KubernetesApi Connect(string fieldManager)
        {
            var api = new KubernetesApi(
                configuration,
                new KubernetesApiOptions(),
                time,
                new Random(options.Seed),
                global::Prometheus.Metrics.NewCustomRegistry(),
                loggers.CreateLogger<KubernetesApi>(),
                new FieldManagerHandler(fieldManager));
            _apis.Add(api);
            return api;
        }

        var reader = Connect("kube-controller-manager");
        var caches = new ClusterCaches(reader, options.Mesh is null ? null : await MeshKindsAsync(reader, cancellationToken).ConfigureAwait(false), options.Controllers, time, loggers);
        Controllers = options.Controllers ? new SandboxControllers(reader, caches, options.Seed, time, loggers.CreateLogger<SandboxControllers>()) : null;
        Nodes = options.Nodes is { } nodes ? new SandboxNodes(Connect("kubelet"), caches.Pods, nodes, time, loggers) : null;
        Mesh = options.Mesh is { } mesh ? new SandboxMesh(caches, mesh, time, loggers) : null;
        if (options.Load is { } load)
        {
            var entry = Mesh ?? throw new ArgumentException("load needs the mesh", nameof(options));
            Load = new LoadGenerator(() => entry.Address, load, time);
        }

        _following = caches.RunAsync(_stopping.Token);
        foreach (var part in new BackgroundService?[] { Controllers, Nodes, Mesh }.OfType<BackgroundService>())
        {
            await StartAsync(part, cancellationToken).ConfigureAwait(false);
        }

        await caches.Synced.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(ResourceKind VirtualServices, ResourceKind DestinationRules)> MeshKindsAsync(KubernetesApi api, CancellationToken cancellationToken) => (
        await MeshKindAsync(api, ResourceKind.VirtualServices, cancellationToken).ConfigureAwait(false),
        await MeshKindAsync(api, ResourceKind.DestinationRules, cancellationToken).ConfigureAwait(false));

    private static async Task<ResourceKind> MeshKindAsync(KubernetesApi api, ResourceKind kind, CancellationToken cancellationToken) =>
        await api.ResolveServedAsync(kind, ["v1beta1", "v1alpha3"], cancellationToken).ConfigureAwait(false)
        ?? throw new InvalidOperationException($"the API server does not serve {kind.Plural}.{kind.Group}: install Istio's CRDs, or leave the mesh out");

    private async Task StartAsync(BackgroundService part, CancellationToken cancellationToken)
    {
        _running.Add(part);
        await part.StartAsync(cancellationToken).ConfigureAwait(false);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// An in-memory API server that speaks the Kubernetes REST protocol over plain HTTP on loopback, for unmodified clients
/// (KubernetesClient, kubectl). Nothing survives the process. Thread-safe.
/// </summary>
/// <remarks>
/// Simpler than a real server: everybody may do everything; admission is validation by schema and a few rules per built-in kind; CEL rules
/// are ignored; versions of a custom resource differ in apiVersion only (conversion None), and so do both HorizontalPodAutoscalers;
/// unknown fields of built-in kinds are kept; pods are deleted without a grace period; a watch streams no initial events on request
/// (<c>sendInitialEvents</c> is refused, as by a server without that feature); protobuf is understood for what kubectl sends, never answered.
/// </remarks>
public sealed class SandboxApiServer : IAsyncDisposable
{
    private static readonly string[] InitialNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    private readonly CancellationTokenSource _stopping = new();
    private readonly ResourceRegistry _registry = new();
    private readonly ClusterStore _stores;
    private readonly GarbageCollector _collector;
    private readonly DefinitionInstaller _definitions;
    private readonly RequestPipeline _pipeline;
    private readonly WatchGate _gate = new();
    private readonly WebApplication _web;
    private int _disposed;

    private SandboxApiServer(SandboxApiServerOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _stores = new ClusterStore(options.HistoryLimit, options.WatchQueueLimit);
        _stores.Committed += (store, change) => Stored?.Invoke(store.Key, change.Current.Root, change.Deleted);
        foreach (var kind in BuiltInKinds.Create())
        {
            _registry.Put(kind);
        }

        var creator = new ObjectCreator(_stores, time);
        var updater = new ObjectUpdater(_stores, time);
        var deleter = new ObjectDeleter(_stores, time);
        var writer = new ObjectWriter(time);
        _definitions = new DefinitionInstaller(_stores, _registry, creator, updater);
        _collector = new GarbageCollector(_stores, _registry, deleter, loggers.CreateLogger<GarbageCollector>());
        var patches = new PatchHandler(_stores, creator, updater, writer, time);
        var resources = new ResourceHandler(_stores, creator, updater, deleter, writer, patches, new ScaleHandler(_stores, updater));
        _pipeline = new RequestPipeline(
            _registry,
            _stores,
            resources,
            new DiscoveryHandler(_registry, new OpenApiDocuments(_registry)),
            new WatchStreamer(options, time, writer, _gate),
            loggers.CreateLogger<RequestPipeline>(),
            _stopping.Token);
        CreateNamespaces(creator);
        if (options.WithIstioDefinitions)
        {
            _definitions.Install(IstioDefinitions.Yaml);
        }

        _web = BuildWeb(options, loggers);
        _web.Run(_pipeline.HandleAsync);
    }

    /// <summary>Raised when a request has been read and before it is executed, on the request's thread; an exception fails the request.</summary>
    public event EventHandler<ApiRequestObservation>? RequestReceived;

    /// <summary>Raised when a request has been executed and before it is answered (a watch: when it begins), on the request's thread.</summary>
    public event EventHandler<ApiRequestObservation>? RequestCompleted;

    /// <summary>
    /// Called for every version that is stored, none left out: the resource (<c>replicasets.apps</c>), the object, and whether that is the last state of one that is gone.
    /// In order within a resource, under its lock: handlers only take notes, and change nothing in the object.
    /// </summary>
    internal event Action<string, JsonObject, bool>? Stored;

    /// <summary>Where the server listens, such as <c>http://127.0.0.1:34567/</c>.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Called first for every request; true when it has answered instead of the server (an error, a dropped connection). Null does nothing.</summary>
    public Func<HttpContext, Task<bool>>? Interceptor
    {
        get => _pipeline.Interceptor;
        set => _pipeline.Interceptor = value;
    }

    /// <summary>Called when a request has been executed and before it is answered; true when it has answered, or aborted the connection, instead.</summary>
    public Func<HttpContext, ApiRequestObservation, Task<bool>>? ResponseInterceptor
    {
        get => _pipeline.ResponseInterceptor;
        set => _pipeline.ResponseInterceptor = value;
    }

    /// <summary>Watches that are open now.</summary>
    public int OpenWatches => _gate.Count;

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="time">Clock of timestamps, bookmarks and timeouts.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SandboxApiServer> StartAsync(SandboxApiServerOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        var server = new SandboxApiServer(options, time, loggers);
        try
        {
            server._pipeline.Received = observed => server.RequestReceived?.Invoke(server, observed);
            server._pipeline.Completed = observed => server.RequestCompleted?.Invoke(server, observed);
            await server._web.StartAsync(cancellationToken).ConfigureAwait(false);
            server.Address = new Uri(server._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()); // it listens
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes a kubeconfig for this server, with a user that needs no secret.</summary>
    /// <param name="path">File to write; replaced when it exists.</param>
    /// <returns>The full path.</returns>
    public string WriteKubeconfig(string path)
    {
        var full = Path.GetFullPath(path);
        File.WriteAllText(full, $$"""
            apiVersion: v1
            kind: Config
            clusters:
              - name: canary-sandbox
                cluster: {server: "{{Address.ToString().TrimEnd('/')}}"}
            users:
              - name: sandbox
                user: {username: sandbox, password: sandbox}
            contexts:
              - name: canary-sandbox
                context: {cluster: canary-sandbox, user: sandbox, namespace: default}
            current-context: canary-sandbox

            """);
        return full;
    }

    /// <summary>Creates or replaces CustomResourceDefinitions, which are served when this returns.</summary>
    /// <param name="yamlOrJson">One or more definitions, YAML documents or one JSON object.</param>
    /// <exception cref="ArgumentException">The text holds something else, or a wrong definition.</exception>
    public void InstallCustomResourceDefinition(string yamlOrJson) => _definitions.Install(yamlOrJson);

    /// <summary>Forgets all history: watches from older resource versions and further pages of lists get 410 Gone.</summary>
    public void CompactHistory()
    {
        foreach (var store in _stores.Stores)
        {
            store.Compact();
        }
    }

    /// <summary>Ends all watches cleanly, as at their timeout.</summary>
    public void CloseWatches() => _gate.CloseAll();

    /// <summary>Cuts the connections of all watches.</summary>
    public void AbortWatches() => _gate.AbortAll();

    /// <summary>Holds back all watch events, with connections left open, until <see cref="ResumeWatches"/>.</summary>
    public void SilenceWatches() => _gate.Silence();

    /// <summary>Lets watch events through again, those held back first.</summary>
    public void ResumeWatches() => _gate.Resume();

    /// <summary>Ends all watches and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _web.StopAsync().ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        await _collector.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static WebApplication BuildWeb(SandboxApiServerOptions options, ILoggerFactory loggers)
    {
        // empty: no configuration files, no environment, no request logging that would cost more than the requests
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        return builder.Build();
    }

    private void CreateNamespaces(ObjectCreator creator)
    {
        var view = _registry.Find("", "v1", "namespaces")!; // built in
        foreach (var name in InitialNamespaces)
        {
            creator.Create(view, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, new WriteOptions("kube-apiserver"));
        }
    }
}

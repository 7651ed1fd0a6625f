using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Watching;
using Canary.Sandbox;
using Canary.Sandbox.ApiServer;
using Canary.Sandbox.Controllers;
using Canary.Sandbox.Nodes;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Scenarios.Crash;

/// <summary>One API server with controllers and nodes that do not listen, for many rollouts at once, each in a namespace of its own.</summary>
public class CrashCluster : IAsyncLifetime
{
    private protected static readonly HashSet<string> Followed =
    [
        "rollouts.canary.dev", "analysisruns.canary.dev", "deployments.apps", "replicasets.apps", "pods", "virtualservices.networking.istio.io", "destinationrules.networking.istio.io",
    ];

    private readonly ConcurrentDictionary<string, Journal> _journals = [];
    private int _namespaces;

    internal SandboxCluster Sandbox { get; private protected set; } = null!; // set before any test sees it

    /// <summary>Whether the API server and the controllers are real ones.</summary>
    internal virtual bool IsReal => false;

    /// <summary>Why no test can run here; null when they can.</summary>
    internal virtual string? WhyAbsent => null;

    internal KubernetesClientConfiguration Configuration => KubernetesClientConfiguration.BuildConfigFromConfigFile(Sandbox.Kubeconfig);

    private protected static SandboxOptions Options => new()
    {
        Engine = false,
        DataPlane = new DataPlaneOptions
        {
            Mesh = null,
            Nodes = new NodeOptions { Listen = false, StartDelay = TimeSpan.Zero, DrainTime = TimeSpan.Zero },
        },
    };

    public virtual async ValueTask InitializeAsync()
    {
        Sandbox = await SandboxCluster.StartAsync(Options, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        var server = Sandbox.ApiServer!; // its own, as no kubeconfig was given
        server.Stored += Note;
        server.RequestCompleted += (_, request) => Answered(request);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A client for a proxy in front of the server: with its address and trust, and without a time limit.</summary>
    internal virtual HttpClient NewUpstream() => new() { BaseAddress = Sandbox.ApiServer!.Address, Timeout = Timeout.InfiniteTimeSpan }; // its own server

    /// <summary>Tells the journal of a namespace of a request that was carried out.</summary>
    internal void Answered(ApiRequestObservation request) => JournalOf(request)?.Answered(request);

    /// <summary>Makes a namespace for one rollout.</summary>
    internal Journal NewNamespace(string prefix)
    {
        var name = $"{prefix}-{Interlocked.Increment(ref _namespaces)}";
        return _journals.GetOrAdd(name, key => new Journal(key));
    }

    /// <summary>Forgets a namespace whose rollout was looked at.</summary>
    internal void Forget(Journal journal) => _journals.TryRemove(journal.Namespace, out _);

    private protected void Note(string resource, JsonObject stored, bool deleted)
    {
        if (Followed.Contains(resource) && _journals.TryGetValue(stored.Namespace(), out var journal))
        {
            journal.Stored(stored, deleted);
        }
    }

    private Journal? JournalOf(ApiRequestObservation request)
    {
        if (!request.IsWrite || request.ResultCode is < 200 or > 299)
        {
            return null;
        }

        var parts = request.Path.Split('/');
        var at = Array.IndexOf(parts, "namespaces");
        return at >= 0 && at + 1 < parts.Length ? _journals.GetValueOrDefault(parts[at + 1]) : null;
    }
}

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
public sealed class CrashCluster : IAsyncLifetime
{
    private static readonly HashSet<string> Followed =
    [
        "rollouts.canary.dev", "analysisruns.canary.dev", "deployments.apps", "replicasets.apps", "pods", "virtualservices.networking.istio.io", "destinationrules.networking.istio.io",
    ];

    private readonly ConcurrentDictionary<string, Journal> _journals = [];
    private int _namespaces;

    internal SandboxCluster Sandbox { get; private set; } = null!; // set before any test sees it

    internal SandboxApiServer Server => Sandbox.ApiServer!; // the sandbox's own

    internal KubernetesClientConfiguration Configuration => KubernetesClientConfiguration.BuildConfigFromConfigFile(Sandbox.Kubeconfig);

    public async ValueTask InitializeAsync()
    {
        var options = new SandboxOptions
        {
            Engine = false,
            DataPlane = new DataPlaneOptions
            {
                Mesh = null,
                Nodes = new NodeOptions { Listen = false, StartDelay = TimeSpan.Zero, DrainTime = TimeSpan.Zero },
            },
        };
        Sandbox = await SandboxCluster.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        Server.Stored += Note;
        Server.RequestCompleted += (_, request) => JournalOf(request)?.Answered(request);
    }

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
    }

    /// <summary>Makes a namespace for one rollout.</summary>
    internal Journal NewNamespace(string prefix)
    {
        var name = $"{prefix}-{Interlocked.Increment(ref _namespaces)}";
        return _journals.GetOrAdd(name, key => new Journal(key));
    }

    /// <summary>Forgets a namespace whose rollout was looked at.</summary>
    internal void Forget(Journal journal) => _journals.TryRemove(journal.Namespace, out _);

    private void Note(string resource, JsonObject stored, bool deleted)
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

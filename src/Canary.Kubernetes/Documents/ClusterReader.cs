using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Validation;
using Canary.Engine.Ports;
using Canary.Kubernetes.Access;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Workloads;

namespace Canary.Kubernetes.Documents;

/// <summary>Reads what an analysis without a Rollout needs of a cluster, with the rights of a person; writes nothing. Thread-safe.</summary>
public sealed class ClusterReader : IDisposable
{
    private readonly ClusterConnection _connection;
    private readonly KubernetesApi _api;

    private ClusterReader(ClusterConnection connection)
    {
        _connection = connection;
        _api = connection.Api;
    }

    /// <summary>The namespace of the kubeconfig's context; <c>default</c> when it has none.</summary>
    public string Namespace => _connection.Namespace;

    /// <summary>Prepares a reader; nothing is sent yet.</summary>
    /// <param name="access">Which cluster, and as whom.</param>
    /// <param name="time">The clock of timeouts.</param>
    /// <param name="cancellation">Cancels a program that gives credentials.</param>
    /// <returns>The reader, or what is wrong with the kubeconfig.</returns>
    public static async Task<DocumentReading<ClusterReader>> ConnectAsync(ClusterAccess access, TimeProvider time, CancellationToken cancellation)
    {
        var opened = await ClusterConnection.OpenAsync(access, time, cancellation).ConfigureAwait(false);
        return new DocumentReading<ClusterReader>(opened.Value is { } connection ? new ClusterReader(connection) : null, opened.Problems);
    }

    /// <summary>Finds the pods of one arm that can be measured: ready, addressable, not about to go.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="selection">Which pods.</param>
    /// <param name="arm">Which arm they are.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <returns>The pods in order of their names; null when the object that was named does not exist.</returns>
    /// <exception cref="KubernetesApiException">The cluster could not be read.</exception>
    public async Task<ValueList<PodTarget>?> FindPodsAsync(string ns, PodSelection selection, ArmName arm, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(selection);
        var pods = selection switch
        {
            PodSelection.Labels labels => await ListAsync(ns, labels.Selector, cancellation).ConfigureAwait(false),
            PodSelection.OfRevision revision => await ListAsync(ns, $"pod-template-hash={revision.Revision}", cancellation).ConfigureAwait(false),
            PodSelection.OfReplicaSet replicaSet => await OfReplicaSetAsync(ns, replicaSet.Name, cancellation).ConfigureAwait(false),
            PodSelection.OfDeployment deployment => await OfDeploymentAsync(ns, deployment.Name, cancellation).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"There is no rule for a selection of type {selection.GetType().Name}."),
        };
        return pods is null ? null : PodFacts.Targets(pods, arm).ToValueList();
    }

    /// <summary>Reads templates by name: the namespace's own first, then the cluster's.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="names">Names of templates, at least one.</param>
    /// <param name="arguments">Values of their arguments.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <returns>Their metrics, whose shares sum to 1, or everything that is wrong.</returns>
    /// <exception cref="KubernetesApiException">The cluster could not be read.</exception>
    public async Task<DocumentReading<ValueList<MetricSpec>>> ReadTemplatesAsync(
        string ns, IReadOnlyList<string> names, ValueList<TemplateArgument> arguments, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(names);
        var found = new Dictionary<TemplateReference, JsonObject>();
        var problems = new List<Problem>();
        foreach (var name in names)
        {
            if (await _api.FindAsync(ResourceKind.AnalysisTemplates, ns, name, cancellation).ConfigureAwait(false) is { } own)
            {
                found[new TemplateReference(name, false)] = own;
            }
            else if (await _api.FindAsync(ResourceKind.ClusterAnalysisTemplates, null, name, cancellation).ConfigureAwait(false) is { } shared)
            {
                found[new TemplateReference(name, true)] = shared;
            }
            else
            {
                problems.Add(new Problem("--template", $"is {name}, and there is neither an AnalysisTemplate {name} in namespace {ns} nor a ClusterAnalysisTemplate; give a file with --metrics FILE, or create it"));
            }
        }

        return problems.Count > 0
            ? new DocumentReading<ValueList<MetricSpec>>(null, problems.ToValueList())
            : DocumentReading<ValueList<MetricSpec>>.Of(
                TemplateMapping.Read(new AnalysisSpec { Templates = found.Keys.ToValueList(), Arguments = arguments }, ns, found.GetValueOrDefault));
    }

    /// <inheritdoc />
    public void Dispose() => _connection.Dispose();

    private async Task<IReadOnlyList<JsonObject>> ListAsync(string ns, string? selector, CancellationToken cancellation) =>
        [.. (await _api.ListAsync(ResourceKind.Pods, ns, selector, cancellation).ConfigureAwait(false)).Items];

    private async Task<IReadOnlyList<JsonObject>?> OfReplicaSetAsync(string ns, string name, CancellationToken cancellation) =>
        await _api.FindAsync(ResourceKind.ReplicaSets, ns, name, cancellation).ConfigureAwait(false) is { } replicaSet
            ? [.. (await ListAsync(ns, null, cancellation).ConfigureAwait(false)).Where(pod => pod.ControllerUid() == replicaSet.UidOf())]
            : null;

    /// <summary>The pods of the ReplicaSets that the Deployment owns; those of a candidate are the Rollout's.</summary>
    private async Task<IReadOnlyList<JsonObject>?> OfDeploymentAsync(string ns, string name, CancellationToken cancellation)
    {
        if (await _api.FindAsync(ResourceKind.Deployments, ns, name, cancellation).ConfigureAwait(false) is not { } deployment)
        {
            return null;
        }

        var replicaSets = (await _api.ListAsync(ResourceKind.ReplicaSets, ns, null, cancellation).ConfigureAwait(false)).Items
            .Where(replicaSet => replicaSet.ControllerUid() == deployment.UidOf())
            .Select(replicaSet => replicaSet.UidOf())
            .ToHashSet(StringComparer.Ordinal);
        return [.. (await ListAsync(ns, null, cancellation).ConfigureAwait(false)).Where(pod => pod.ControllerUid() is { } owner && replicaSets.Contains(owner))];
    }
}

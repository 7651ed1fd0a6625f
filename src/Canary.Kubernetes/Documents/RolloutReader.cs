using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Validation;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Commands;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Workloads;

namespace Canary.Kubernetes.Documents;

/// <summary>Reads Rollouts for people, straight from the API: it works while the engine is down. Thread-safe.</summary>
/// <param name="api">The API.</param>
/// <param name="time">The clock.</param>
public sealed class RolloutReader(KubernetesApi api, TimeProvider time)
{
    private const int MostNews = 50;

    /// <summary>Reads all Rollouts, without what belongs to them.</summary>
    /// <param name="ns">The namespace; null for all.</param>
    /// <param name="selector">A label selector, or null.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <returns>The Rollouts, by namespace and name.</returns>
    /// <exception cref="KubernetesApiException">They could not be read.</exception>
    public async Task<IReadOnlyList<RolloutDocument>> ListAsync(string? ns, string? selector, CancellationToken cancellation)
    {
        var read = await api.ListAsync(ResourceKind.Rollouts, ns, selector, cancellation).ConfigureAwait(false);
        return [.. read.Items.Select(Alone).OrderBy(rollout => rollout.Key.Namespace, StringComparer.Ordinal).ThenBy(rollout => rollout.Key.Name, StringComparer.Ordinal)];
    }

    /// <summary>Reads one Rollout, without what belongs to it.</summary>
    /// <param name="key">Which.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <returns>The Rollout; null when there is none.</returns>
    /// <exception cref="KubernetesApiException">It could not be read.</exception>
    public async Task<RolloutDocument?> FindAsync(RolloutKey key, CancellationToken cancellation) =>
        await api.FindAsync(ResourceKind.Rollouts, key.Namespace, key.Name, cancellation).ConfigureAwait(false) is { } rollout ? Alone(rollout) : null;

    /// <summary>Reads one Rollout with its Deployment, its revisions, its last analysis and its Events.</summary>
    /// <param name="key">Which.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <returns>The Rollout; null when there is none.</returns>
    /// <exception cref="KubernetesApiException">It could not be read.</exception>
    public async Task<RolloutDocument?> ReadAsync(RolloutKey key, CancellationToken cancellation)
    {
        if (await FindAsync(key, cancellation).ConfigureAwait(false) is not { } rollout)
        {
            return null;
        }

        var run = rollout.Status.Journey?.AnalysisRun ?? rollout.Status.Verdict?.AnalysisRun;
        var reading = run is null ? Task.FromResult<RunDocument?>(null) : AllowedAsync(() => FindRunAsync(key.Namespace, run, cancellation), null);
        var news = AllowedAsync(() => NewsAsync(rollout, cancellation), []);
        var revisions = AllowedAsync(() => RevisionsAsync(rollout, cancellation), (null, []));
        await Task.WhenAll(reading, news, revisions).ConfigureAwait(false);
        var (observed, replicaSets) = await revisions.ConfigureAwait(false);
        return rollout with
        {
            Deployment = observed,
            Revisions = replicaSets,
            Run = await reading.ConfigureAwait(false),
            News = await news.ConfigureAwait(false),
        };
    }

    /// <summary>Reads an AnalysisRun.</summary>
    /// <param name="ns">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <returns>What it says; null when there is none, or it cannot be understood.</returns>
    /// <exception cref="KubernetesApiException">It could not be read.</exception>
    public async Task<RunDocument?> FindRunAsync(string ns, string name, CancellationToken cancellation) =>
        await api.FindAsync(ResourceKind.AnalysisRuns, ns, name, cancellation).ConfigureAwait(false) is { } run ? Run(run) : null;

    /// <summary>Reads a Rollout by itself.</summary>
    internal RolloutDocument Alone(JsonObject rollout)
    {
        var (status, unreadable) = RolloutStatusJson.Read(rollout);
        var spec = RolloutMapping.Read(rollout);
        var command = CommandAnnotation.Read(rollout);
        return new RolloutDocument
        {
            Key = new RolloutKey(rollout.NamespaceOf(), rollout.NameOf()),
            ReadAt = time.GetUtcNow(),
            CreatedAt = rollout.At("metadata", "creationTimestamp").AsTime(),
            Generation = rollout.At("metadata", "generation").AsLong() ?? 1,
            Status = status,
            Spec = spec.Value,
            Problems = unreadable is null ? spec.Problems : spec.Problems.Append(unreadable).ToValueList(),
            Waiting = command is not null && status.LastCommand is { Pending: true } last && last.Raw == command.Raw ? null : command,
            Source = rollout,
        };
    }

    internal static RunDocument? Run(JsonObject run)
    {
        if (AnalysisRunJson.Read(run).Value is not { } record)
        {
            return null;
        }

        // what was decided on may be newer than the evidence that was stored
        var verdict = Judge.Conclude(record.Metrics, record.Spec, record.State);
        if (Enum.TryParse<VerdictState>(run.At("status", "verdict", "state").AsText(), out var state))
        {
            verdict = verdict with { State = state, Reason = run.At("status", "verdict", "reason").AsText() ?? verdict.Reason };
        }

        return new RunDocument(
            run.NameOf(),
            run.At("status", "phase").AsText() ?? "Running",
            verdict,
            record.Metrics,
            record.Spec,
            record.State,
            (run.At("status", "startedAt") ?? run.At("metadata", "creationTimestamp")).AsTime(),
            run.At("status", "finishedAt").AsTime());
    }

    private async Task<(DeploymentObservation?, ValueList<ReplicaSetObservation>)> RevisionsAsync(RolloutDocument rollout, CancellationToken cancellation)
    {
        var ns = rollout.Key.Namespace;
        if (rollout.Leading?.Deployment is not { } name || await api.FindAsync(ResourceKind.Deployments, ns, name, cancellation).ConfigureAwait(false) is not { } deployment)
        {
            return (null, []);
        }

        var selector = string.Join(',', (deployment.At("spec", "selector", "matchLabels") as JsonObject ?? []).Select(label => $"{label.Key}={label.Value.AsText()}"));
        var replicaSets = api.ListAsync(ResourceKind.ReplicaSets, ns, selector, cancellation);
        var pods = api.ListAsync(ResourceKind.Pods, ns, selector, cancellation);
        await Task.WhenAll(replicaSets, pods).ConfigureAwait(false);
        var (deploymentUid, rolloutUid) = (deployment.UidOf(), rollout.Source.UidOf());
        var owned = (await replicaSets.ConfigureAwait(false)).Items.Where(read => read.ControllerUid() is { } uid && (uid == deploymentUid || uid == rolloutUid) && !read.IsDeleting()).ToList();
        var ofPods = (await pods.ConfigureAwait(false)).Items.ToLookup(pod => pod.ControllerUid());
        var template = WorkloadReading.TemplateRevision(deployment, owned.Where(read => !WorkloadReading.IsBaseline(read)), WorkloadReading.HashOf);
        var revisions = owned
            .OrderByDescending(read => read.At("metadata", "creationTimestamp").AsTime() ?? DateTimeOffset.MinValue)
            .ThenByDescending(read => read.NameOf(), StringComparer.Ordinal)
            .Select(read => WorkloadReading.Observe(read, read.ControllerUid() == rolloutUid ? Owner.Rollout : Owner.Deployment, PodFacts.Problem(read, ofPods[read.UidOf()], rollout.ReadAt)));
        return (WorkloadReading.Observe(deployment, template), revisions.ToValueList());
    }

    private async Task<ValueList<NewsDocument>> NewsAsync(RolloutDocument rollout, CancellationToken cancellation)
    {
        var events = await api.ListByFieldAsync(ResourceKind.Events, rollout.Key.Namespace, $"involvedObject.uid={rollout.Source.UidOf()}", cancellation).ConfigureAwait(false);
        return events.Items
            .Select(read => new NewsDocument(
                (read.At("lastTimestamp") ?? read.At("eventTime") ?? read.At("metadata", "creationTimestamp")).AsTime() ?? DateTimeOffset.MinValue,
                read.At("reason").AsText() ?? "",
                read.At("message").AsText() ?? "",
                read.At("type").AsText() == "Warning",
                read.At("count").AsInt() ?? 1))
            .OrderByDescending(news => news.At)
            .Take(MostNews)
            .ToValueList();
    }

    /// <summary>Who may see a Rollout need not see its pods or Events: what is forbidden is left out.</summary>
    private static async Task<T> AllowedAsync<T>(Func<Task<T>> read, T otherwise)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (KubernetesApiException forbidden) when (forbidden.StatusCode == 403)
        {
            return otherwise;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Validation;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Commands;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Workloads;

namespace Canary.Kubernetes.Store;

/// <summary>Reads everything about a rollout from the caches. Thread-safe.</summary>
internal sealed class SnapshotReader(ClusterCaches caches, RolloutTraffic traffic)
{
    private readonly BySpec<Mapped<RolloutSpec>> _specs = new(RolloutMapping.Read);
    private readonly Derived<ReadStatus> _statuses = new(ReadStatus.Of);
    private readonly Derived<string> _hashes = new(WorkloadReading.HashOf);
    private readonly BySpec<AnalysisRunSpec> _runSpecs = new(AnalysisRunJson.ReadSpec);
    private readonly ConditionalWeakTable<JsonObject, Mapped<AnalysisRecord>> _runs = [];
    private readonly TemplateMetrics _metrics = new(
        (ns, reference) => reference.ClusterScope ? caches.ClusterAnalysisTemplates.Get(null, reference.Name) : caches.AnalysisTemplates.Get(ns, reference.Name));

    /// <summary>Reads a rollout.</summary>
    /// <param name="key">Which.</param>
    /// <param name="at">The time of the look.</param>
    /// <returns>The snapshot, without a verdict; null when the Rollout is gone.</returns>
    public Snapshot? Read(RolloutKey key, DateTimeOffset at)
    {
        if (caches.Rollouts.Get(key.Namespace, key.Name) is not { } rollout)
        {
            return null;
        }

        var mapped = _specs.Of(rollout);
        var read = _statuses.Of(rollout);

        // With a status that cannot be read, nothing is known of what is under way: then nothing is begun either.
        var spec = read.Problem is null ? mapped.Value : null;
        var problems = read.Problem is null ? mapped.Problems : mapped.Problems.Append(read.Problem).ToValueList();
        var status = read.Status;
        var leading = spec ?? status.Plan;
        var uid = rollout.UidOf();
        var deployment = leading is null ? null : caches.Deployments.Get(key.Namespace, leading.Deployment);
        var owned = OwnedReplicaSets(uid, deployment);
        var metrics = spec is null ? null : _metrics.Of(spec.Analysis, key.Namespace, caches.MissingForClusterTemplates);
        var runs = caches.AnalysisRuns.Lookup(ClusterCaches.OwnerIndex, uid);
        var analysis = Analysis(runs, status.Journey?.AnalysisRun);
        var metricProblems = (metrics?.Problems ?? []).Concat(analysis?.Problems ?? []).ToValueList();

        return new Snapshot
        {
            Observation = new Observation
            {
                At = at,
                Key = key,
                Generation = rollout.At("metadata", "generation").AsLong() ?? 1,
                Spec = spec,
                SpecProblems = problems,
                Metrics = metrics?.Value,
                MetricProblems = metricProblems,
                Status = status,
                Deleting = rollout.IsDeleting(),
                HasFinalizer = (rollout.At("metadata", "finalizers") as JsonArray ?? []).Any(finalizer => finalizer.AsText() == Names.Finalizer),
                Deployment = deployment is null
                    ? null
                    : WorkloadReading.Observe(deployment, WorkloadReading.TemplateRevision(deployment, owned.Select(pair => pair.Read).Where(read => !WorkloadReading.IsBaseline(read)), _hashes.Of)),
                ReplicaSets = owned.Select(pair => WorkloadReading.Observe(pair.Read, pair.Owner, PodFacts.Problem(pair.Read, PodsOf(pair.Read), at))).ToValueList(),
                Traffic = traffic.Observe(key.Namespace, leading, status),
                AnalysisRuns = Ordered(runs).Select(run => new AnalysisRunObservation(run.NameOf(), AnalysisRunJson.IsFinished(run))).ToValueList(),
                Command = CommandAnnotation.Read(rollout),
            },
            Version = rollout.VersionOf(),
            Uid = uid,
            Analysis = analysis?.Value,
            Pods =
            [
                .. Targets(owned, status.Stable, ArmName.Stable),
                .. Targets(owned, status.Candidate, ArmName.Candidate),
                .. Targets(owned, status.Journey?.Baseline, ArmName.Baseline),
            ],
        };
    }

    /// <summary>Whether the status of a Rollout is one that this engine cannot read.</summary>
    public bool IsUnreadable(JsonObject rollout) => _statuses.Of(rollout).Problem is not null;

    /// <summary>Oldest first, by time and, within a second, by the number at the end of the name.</summary>
    private static IEnumerable<JsonObject> Ordered(IEnumerable<JsonObject> runs) => runs
        .Where(run => !run.IsDeleting())
        .OrderBy(run => run.At("metadata", "creationTimestamp").AsTime() ?? DateTimeOffset.MinValue)
        .ThenBy(run => Attempt(run.NameOf()))
        .ThenBy(run => run.NameOf(), StringComparer.Ordinal);

    private static int Attempt(string name) => int.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), out var number) ? number : 0;

    private List<(JsonObject Read, Owner Owner)> OwnedReplicaSets(string rolloutUid, JsonObject? deployment)
    {
        var owned = caches.ReplicaSets.Lookup(ClusterCaches.OwnerIndex, rolloutUid).Select(read => (Read: read, Owner: Owner.Rollout));
        if (deployment is not null)
        {
            owned = owned.Concat(caches.ReplicaSets.Lookup(ClusterCaches.OwnerIndex, deployment.UidOf()).Select(read => (Read: read, Owner: Owner.Deployment)));
        }

        return [.. owned.Where(pair => !pair.Read.IsDeleting()).OrderBy(pair => pair.Read.NameOf(), StringComparer.Ordinal)];
    }

    private IReadOnlyCollection<JsonObject> PodsOf(JsonObject replicaSet) => caches.Pods.Lookup(ClusterCaches.OwnerIndex, replicaSet.UidOf());

    private IEnumerable<PodTarget> Targets(List<(JsonObject Read, Owner Owner)> owned, Arm? arm, ArmName name) =>
        arm is null ? [] : owned.Where(pair => WorkloadReading.RevisionOf(pair.Read) == arm.Revision).Take(1).SelectMany(pair => PodFacts.Targets(PodsOf(pair.Read), name));

    private Mapped<AnalysisRecord>? Analysis(IReadOnlyCollection<JsonObject> runs, string? name)
    {
        var run = name is null ? null : runs.FirstOrDefault(run => run.NameOf() == name);
        return run is null || AnalysisRunJson.IsFinished(run) ? null : _runs.GetValue(run, read => AnalysisRunJson.Read(read, _runSpecs.Of(read)));
    }

    private sealed record ReadStatus(RolloutStatus Status, Problem? Problem)
    {
        public static ReadStatus Of(JsonObject rollout)
        {
            var (status, problem) = RolloutStatusJson.Read(rollout);
            return new ReadStatus(status, problem);
        }
    }
}

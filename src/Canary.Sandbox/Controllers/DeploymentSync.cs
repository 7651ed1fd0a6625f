using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>
/// The Deployment controller of kube-controller-manager as a pure function: a paused Deployment creates nothing and still scales;
/// an unpaused one rolls out. Source: kubernetes pkg/controller/deployment (sync.go, rolling.go, recreate.go, progress.go).
/// </summary>
internal sealed class DeploymentSync
{
    // annotations that belong to the Deployment alone; everything else is copied to its new ReplicaSet
    private static readonly HashSet<string> NotCopied = new(StringComparer.Ordinal)
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        ReplicaSetDraft.RevisionAnnotation,
        ReplicaSetDraft.RevisionHistoryAnnotation,
        ReplicaSetDraft.DesiredReplicasAnnotation,
        ReplicaSetDraft.MaxReplicasAnnotation,
        "deprecated.deployment.rollback.to",
    };

    private readonly DeploymentFacts _deployment;
    private readonly DeploymentConditions _conditions;
    private readonly DateTimeOffset _now;
    private readonly IReadOnlyList<JsonObject> _pods;
    private readonly List<ClusterWrite> _writes;
    private readonly List<ReplicaSetDraft> _owned;
    private readonly IReadOnlyList<JsonObject> _all;
    private string? _revision;
    private int _collisions;

    private DeploymentSync(JsonObject deployment, IReadOnlyList<JsonObject> replicaSets, IReadOnlyList<JsonObject> pods, DateTimeOffset now)
    {
        _deployment = new DeploymentFacts(deployment);
        _conditions = new DeploymentConditions(_deployment.Conditions, now);
        _now = now;
        _pods = pods;
        _all = replicaSets;
        _collisions = deployment.Whole("status", "collisionCount");
        (var claimed, _writes) = Ownership.Claim(deployment, "apps/v1", "Deployment", _deployment.Selector, replicaSets, "ReplicaSet");
        _owned = [.. claimed.Select(item => new ReplicaSetDraft(item)).OrderBy(item => item.CreatedAt).ThenBy(item => item.Name, StringComparer.Ordinal)];
    }

    /// <param name="deployment">As read from the API server.</param>
    /// <param name="replicaSets">Every ReplicaSet of the namespace that the Deployment's selector matches, whoever owns it, and those it owns.</param>
    /// <param name="pods">The pods that the selector matches; read only for strategy Recreate.</param>
    /// <param name="now">The time of this pass.</param>
    public static SyncPlan Plan(JsonObject deployment, IReadOnlyList<JsonObject> replicaSets, IReadOnlyList<JsonObject> pods, DateTimeOffset now)
    {
        if (LabelSelector.OfWorkload(deployment.At("spec", "selector")).IsEmpty)
        {
            // selecting everything is always a mistake; the real controller refuses too
            return SyncPlan.Nothing;
        }

        return new DeploymentSync(deployment, replicaSets, pods, now).Run();
    }

    private SyncPlan Run()
    {
        if (_writes.Count > 0)
        {
            // owners change first; the writes bring another pass that sees the outcome
            return new SyncPlan(_writes);
        }

        var (fresh, old) = FindReplicaSets();
        if (_deployment.Resource.IsBeingDeleted())
        {
            return Finish(DeploymentStatus.Compute(_deployment, fresh, old, _conditions, _collisions));
        }

        NotePause();
        SyncRevision(fresh, old);
        if (_deployment.Paused || IsScalingEvent(fresh, old))
        {
            DeploymentScaling.Scale(_deployment, fresh, old);
            if (_deployment.Paused)
            {
                CleanUp(old);
            }

            return Finish(DeploymentStatus.Compute(_deployment, fresh, old, _conditions, _collisions), fresh, old);
        }

        if (_deployment.IsRollingUpdate)
        {
            fresh ??= CreateReplicaSet(old);
            if (fresh is null || DeploymentRollout.Rolling(_deployment, fresh, old))
            {
                return Finish(DeploymentStatus.ComputeRollout(_deployment, fresh, old, _conditions, _collisions, _now), fresh, old);
            }
        }
        else
        {
            if (DeploymentRollout.ScaleDownForRecreate(_deployment, old) || DeploymentRollout.OldPodsRun(_pods, fresh))
            {
                return Finish(DeploymentStatus.ComputeRollout(_deployment, fresh, old, _conditions, _collisions, _now), fresh, old);
            }

            fresh ??= CreateReplicaSet(old);
            if (fresh is not null && fresh.Replicas != _deployment.Replicas)
            {
                fresh.Scale(_deployment.Replicas, _deployment);
            }
        }

        if (DeploymentStatus.IsComplete(_deployment, _deployment.Resource.At("status")))
        {
            CleanUp(old);
        }

        return Finish(DeploymentStatus.ComputeRollout(_deployment, fresh, old, _conditions, _collisions, _now), fresh, old);
    }

    private (ReplicaSetDraft? Fresh, List<ReplicaSetDraft> Old) FindReplicaSets()
    {
        // the oldest that equals the template, in case there are several
        var fresh = _owned.Find(replicaSet => PodTemplate.Same(replicaSet.Template, _deployment.Template));
        return (fresh, [.. _owned.Where(replicaSet => replicaSet != fresh)]);
    }

    private void NotePause()
    {
        if (!_deployment.HasProgressDeadline)
        {
            return;
        }

        var reason = _conditions[DeploymentConditions.Progressing].Text("reason");
        if (reason == "ProgressDeadlineExceeded")
        {
            return;
        }

        if (_deployment.Paused && reason != "DeploymentPaused")
        {
            _conditions.Set(DeploymentConditions.Progressing, "Unknown", "DeploymentPaused", "Deployment is paused");
        }
        else if (!_deployment.Paused && reason == "DeploymentPaused")
        {
            _conditions.Set(DeploymentConditions.Progressing, "Unknown", "DeploymentResumed", "Deployment is resumed");
        }
    }

    private void SyncRevision(ReplicaSetDraft? fresh, List<ReplicaSetDraft> old)
    {
        if (fresh is null)
        {
            return;
        }

        SetAnnotations(fresh, NextRevision(old), exists: true);
        fresh.MinReadySeconds = _deployment.MinReadySeconds;
        _revision = fresh.Annotations.GetValueOrDefault(ReplicaSetDraft.RevisionAnnotation);
        if (_deployment.HasProgressDeadline && _conditions[DeploymentConditions.Progressing] is null)
        {
            _conditions.Set(DeploymentConditions.Progressing, "True", "FoundNewReplicaSet", $"Found new replica set \"{fresh.Name}\"");
        }
    }

    private static long NextRevision(List<ReplicaSetDraft> old) => old.Select(replicaSet => replicaSet.Revision).DefaultIfEmpty(0).Max() + 1;

    private void SetAnnotations(ReplicaSetDraft fresh, long revision, bool exists)
    {
        foreach (var (key, value) in _deployment.Resource.Annotations().Where(annotation => !NotCopied.Contains(annotation.Key)))
        {
            fresh.Annotations[key] = value;
        }

        if (fresh.Revision < revision)
        {
            if (fresh.Annotations.TryGetValue(ReplicaSetDraft.RevisionAnnotation, out var before))
            {
                // a revision that comes back keeps the numbers under which it served before
                var history = fresh.Annotations.GetValueOrDefault(ReplicaSetDraft.RevisionHistoryAnnotation);
                fresh.Annotations[ReplicaSetDraft.RevisionHistoryAnnotation] = string.IsNullOrEmpty(history) ? before : $"{history},{before}";
            }

            fresh.Annotations[ReplicaSetDraft.RevisionAnnotation] = revision.ToString(CultureInfo.InvariantCulture);
        }

        if (!exists)
        {
            fresh.SetReplicasAnnotations(_deployment);
        }
    }

    private bool IsScalingEvent(ReplicaSetDraft? fresh, List<ReplicaSetDraft> old) =>
        DeploymentScaling.All(fresh, old).Any(replicaSet => replicaSet is { IsActive: true, DesiredReplicas: { } desired } && desired != _deployment.Replicas);

    private ReplicaSetDraft? CreateReplicaSet(List<ReplicaSetDraft> old)
    {
        var hash = PodTemplate.Hash(_deployment.Template, _collisions);
        var name = $"{_deployment.Name}-{hash}";
        if (_all.Any(replicaSet => replicaSet.Name() == name))
        {
            // the name is taken by another's or an older template: the count goes into the next pass's hash
            _collisions++;
            return null;
        }

        var template = (JsonObject)_deployment.Template!.DeepClone();
        var metadata = template["metadata"] as JsonObject ?? [];
        var labels = metadata["labels"] as JsonObject ?? [];
        labels[PodTemplate.HashLabel] = hash;
        metadata["labels"] = labels.Parent is null ? labels : labels.DeepClone();
        template["metadata"] = metadata.Parent is null ? metadata : metadata.DeepClone();
        var selector = (JsonObject)_deployment.Resource.At("spec", "selector")!.DeepClone();
        var matchLabels = selector["matchLabels"]?.DeepClone() as JsonObject ?? [];
        matchLabels[PodTemplate.HashLabel] = hash;
        selector["matchLabels"] = matchLabels;

        var created = new ReplicaSetDraft(
            new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "ReplicaSet",
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["namespace"] = _deployment.Resource.Namespace(),
                    ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                    ["ownerReferences"] = new JsonArray(Ownership.Reference(_deployment.Resource, "apps/v1", "Deployment")),
                },
                ["spec"] = new JsonObject
                {
                    ["replicas"] = 0,
                    ["minReadySeconds"] = _deployment.MinReadySeconds,
                    ["selector"] = selector,
                    ["template"] = template,
                },
            },
            isNew: true)
        {
            Replicas = 0,
        };
        created.Replicas = DeploymentRollout.NewSize(_deployment, created, old);
        SetAnnotations(created, NextRevision(old), exists: false);
        _revision = created.Annotations[ReplicaSetDraft.RevisionAnnotation];
        if (_deployment.HasProgressDeadline)
        {
            _conditions.Set(DeploymentConditions.Progressing, "True", "NewReplicaSetCreated", $"Created new replica set \"{name}\"");
        }

        return created;
    }

    private void CleanUp(List<ReplicaSetDraft> old)
    {
        List<ReplicaSetDraft> candidates = [.. old.Where(replicaSet => !replicaSet.IsBeingDeleted).OrderBy(replicaSet => replicaSet.Revision)];
        foreach (var replicaSet in candidates.Take(candidates.Count - _deployment.RevisionHistoryLimit).Where(replicaSet => replicaSet.IsRemovable))
        {
            _writes.Add(replicaSet.ToDelete());
        }
    }

    private SyncPlan Finish(JsonObject status, ReplicaSetDraft? fresh = null, List<ReplicaSetDraft>? old = null)
    {
        List<ClusterWrite> writes = [.. DeploymentScaling.All(fresh, old ?? []).Select(replicaSet => replicaSet.ToWrite()).OfType<ClusterWrite>(), .. _writes];
        var resource = _deployment.Resource;
        if (_revision is not null && resource.Annotations().GetValueOrDefault(ReplicaSetDraft.RevisionAnnotation) != _revision)
        {
            var annotations = new JsonObject { [ReplicaSetDraft.RevisionAnnotation] = _revision };
            writes.Add(new ClusterWrite.Patch("Deployment", resource.Namespace(), _deployment.Name, null, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }));
        }

        if (StatusPatch.Between(resource.At("status"), status) is { } changes)
        {
            writes.Add(new ClusterWrite.Patch("Deployment", resource.Namespace(), _deployment.Name, "status", new JsonObject { ["status"] = changes }));
        }

        return new SyncPlan(writes, DeploymentStatus.UntilDeadline(_deployment, status, _now));
    }
}

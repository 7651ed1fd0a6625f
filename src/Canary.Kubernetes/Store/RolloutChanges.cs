using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Watching;

namespace Canary.Kubernetes.Store;

/// <summary>Tells which Rollouts a change of any object concerns. Thread-safe.</summary>
/// <param name="caches">The caches; nothing is told before they are ready.</param>
/// <param name="tell">Told of each Rollout, and whether it is urgent.</param>
internal sealed class RolloutChanges(ClusterCaches caches, Action<RolloutKey, bool> tell)
{
    /// <summary>Begins to listen.</summary>
    public void Listen()
    {
        caches.Rollouts.Changed += Rollout;
        caches.Deployments.Changed += change => Referring("Deployment", change);
        caches.Services.Changed += change => Referring("Service", change);
        caches.AnalysisTemplates.Changed += change => Referring("AnalysisTemplate", change);
        caches.ClusterAnalysisTemplates.Changed += change => Referring("ClusterAnalysisTemplate", change);
        caches.VirtualServices.Changed += change => Mesh("VirtualService", change);
        caches.DestinationRules.Changed += change => Mesh("DestinationRule", change);
        caches.ReplicaSets.Changed += ReplicaSet;
        caches.Pods.Changed += Pod;
        caches.AnalysisRuns.Changed += AnalysisRun;
        foreach (var known in new[] { caches.Ready, caches.ClusterAnalysisTemplates.Synced }) // the second comes late where the right to read them is given late
        {
            _ = known.ContinueWith(_ => Everything(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }

    private void Everything()
    {
        if (!caches.IsReady)
        {
            return;
        }

        foreach (var rollout in caches.Rollouts.List())
        {
            tell(new RolloutKey(rollout.NamespaceOf(), rollout.NameOf()), rollout.Annotation(Names.CommandAnnotation) is not null);
        }
    }

    private void Rollout(CacheChange change)
    {
        if (!caches.IsReady)
        {
            return;
        }

        var command = change.New?.Annotation(Names.CommandAnnotation);
        var urgent = change.Kind == CacheChangeKind.Deleted
            || (command is not null && command != change.Old?.Annotation(Names.CommandAnnotation))
            || (change.New is not null && change.New.IsDeleting() && change.Old?.IsDeleting() != true);
        tell(new RolloutKey(change.Namespace ?? "", change.Name), urgent);
    }

    private void Referring(string kind, CacheChange change)
    {
        if (caches.IsReady)
        {
            TellAll(References.Key(kind, change.Namespace ?? "", change.Name));
        }
    }

    /// <summary>A mesh object that nobody refers to may still clash with one that somebody does.</summary>
    private void Mesh(string kind, CacheChange change)
    {
        if (!caches.IsReady)
        {
            return;
        }

        var ns = change.Namespace ?? "";
        var changed = change.Old is null || change.New is null || !CanonicalJson.DeepEquals(change.Old["spec"], change.New["spec"]);
        if (!TellAll(References.Key(kind, ns, change.Name)) && changed)
        {
            TellAll(References.InNamespace(ns));
        }
    }

    private void ReplicaSet(CacheChange change)
    {
        if (!caches.IsReady)
        {
            return;
        }

        Owner(change.Object);
        if (change is { Old: { } old, New: { } now } && old.ControllerUid() != now.ControllerUid())
        {
            Owner(old);
        }
    }

    private void Pod(CacheChange change)
    {
        if (caches.IsReady
            && change.Object.Controller() is { } owner
            && owner.At("kind").AsText() == "ReplicaSet"
            && owner.At("name").AsText() is { } name
            && caches.ReplicaSets.Get(change.Namespace, name) is { } replicaSet)
        {
            Owner(replicaSet);
        }
    }

    private void AnalysisRun(CacheChange change)
    {
        // Evidence is written by the engine every few seconds, and read again when it is wanted.
        if (caches.IsReady
            && change.Object.At("spec", "rollout").AsText() is { } name
            && (change.Kind != CacheChangeKind.Modified || change.Old.At("status", "phase").AsText() != change.New.At("status", "phase").AsText()))
        {
            tell(new RolloutKey(change.Namespace ?? "", name), false);
        }
    }

    private void Owner(JsonObject owned)
    {
        var owner = owned.Controller();
        switch (owner.At("kind").AsText(), owner.At("name").AsText())
        {
            case ("Rollout", { } name):
                tell(new RolloutKey(owned.NamespaceOf(), name), false);
                break;
            case ("Deployment", { } name):
                TellAll(References.Key("Deployment", owned.NamespaceOf(), name));
                break;
        }
    }

    private bool TellAll(string reference)
    {
        var rollouts = caches.Rollouts.Lookup(ClusterCaches.ReferenceIndex, reference);
        foreach (var rollout in rollouts)
        {
            tell(new RolloutKey(rollout.NamespaceOf(), rollout.NameOf()), false);
        }

        return rollouts.Count > 0;
    }
}

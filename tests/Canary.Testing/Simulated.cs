using System.Globalization;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;

namespace Canary.Testing;

public sealed class SimulatedDeployment
{
    public int Replicas { get; set; }

    /// <summary>The surge as the strategy says it, a number or percent.</summary>
    public string Surge { get; set; } = "1";

    public int MaxSurge => Surge.EndsWith('%')
        ? ((int.Parse(Surge[..^1], CultureInfo.InvariantCulture) * Replicas) + 99) / 100
        : int.Parse(Surge, CultureInfo.InvariantCulture);

    public bool Paused { get; set; }

    public string Template { get; set; } = "v1";

    public string? RestartStamp { get; set; }
}

public sealed class SimulatedReplicaSet
{
    public required string Name { get; init; }

    public required Revision Revision { get; init; }

    public required Owner Owner { get; set; }

    public int Replicas { get; set; }

    /// <summary>The annotation <c>deployment.kubernetes.io/desired-replicas</c>.</summary>
    public int? Desired { get; set; }

    /// <summary>The annotation <c>deployment.kubernetes.io/max-replicas</c>.</summary>
    public int? Most { get; set; }

    public long? History { get; set; }

    public bool IsBaseline { get; init; }

    public List<SimulatedPod> Pods { get; } = [];

    public int Ready(DateTimeOffset now) => Pods.Count(pod => pod.ReadyAt <= now);
}

public sealed class SimulatedPod
{
    public required string Name { get; init; }

    public DateTimeOffset ReadyAt { get; set; }
}

/// <summary>The Deployment controller's rules on a paused and an unpaused Deployment, from its source: sync.go, rolling.go.</summary>
internal static class DeploymentController
{
    public static void Sync(SimulatedDeployment deployment, List<SimulatedReplicaSet> all, DateTimeOffset now)
    {
        var owned = all.Where(replicaSet => replicaSet.Owner == Owner.Deployment).ToList();
        var newest = owned.FirstOrDefault(replicaSet => replicaSet.Revision.Hash == deployment.Template);
        if (!deployment.Paused && newest is null)
        {
            newest = new SimulatedReplicaSet { Name = $"checkout-{deployment.Template}", Revision = new Revision(deployment.Template), Owner = Owner.Deployment, History = owned.Select(replicaSet => replicaSet.History ?? 0).DefaultIfEmpty(0).Max() + 1 };
            if (all.Any(replicaSet => replicaSet.Revision == newest.Revision))
            {
                // the hash is taken by the candidate: the real one has its own hash function, so it gets another name
                deployment.Template += "-native";
                newest = owned.FirstOrDefault(replicaSet => replicaSet.Revision.Hash == deployment.Template)
                    ?? new SimulatedReplicaSet { Name = $"checkout-{deployment.Template}", Revision = new Revision(deployment.Template), Owner = Owner.Deployment, History = newest.History };
            }

            if (!owned.Contains(newest))
            {
                all.Add(newest);
                owned.Add(newest);
            }
        }

        if (newest is not null)
        {
            newest.History = Math.Max(newest.History ?? 0, owned.Where(replicaSet => replicaSet != newest).Select(replicaSet => replicaSet.History ?? 0).DefaultIfEmpty(0).Max() + 1);
        }

        if (Scales(deployment, owned, newest, now) || deployment.Paused)
        {
            return;
        }

        Roll(deployment, owned, newest!, now);
    }

    private static bool Scales(SimulatedDeployment deployment, List<SimulatedReplicaSet> owned, SimulatedReplicaSet? newest, DateTimeOffset now)
    {
        var active = owned.Where(replicaSet => replicaSet.Replicas > 0).ToList();
        var only = active.Count switch
        {
            0 => newest ?? owned.MaxBy(replicaSet => replicaSet.History ?? 0),
            1 => active[0],
            _ => null,
        };
        if (only is not null)
        {
            if (only.Replicas != deployment.Replicas && (deployment.Paused || only == newest))
            {
                Scale(deployment, only, deployment.Replicas);
            }

            return deployment.Paused || (only == newest && only.Replicas == deployment.Replicas);
        }

        if (newest is not null && newest.Replicas == deployment.Replicas && newest.Desired == deployment.Replicas && newest.Ready(now) == deployment.Replicas)
        {
            foreach (var old in active.Where(replicaSet => replicaSet != newest))
            {
                Scale(deployment, old, 0);
            }

            return true;
        }

        if (deployment.Paused && active.Count > 1)
        {
            Proportional(deployment, active, owned.Sum(replicaSet => replicaSet.Pods.Count));
        }

        return false;
    }

    /// <summary>Brings all active ReplicaSets together to the replicas and the surge, each by its share; what is left over falls to the largest. Done at every pass while paused.</summary>
    private static void Proportional(SimulatedDeployment deployment, List<SimulatedReplicaSet> active, int pods)
    {
        // they come oldest first
        var allowed = deployment.Replicas > 0 ? deployment.Replicas + deployment.MaxSurge : 0;
        var toAdd = allowed - active.Sum(replicaSet => replicaSet.Replicas);
        var bySize = active.Select((replicaSet, age) => (replicaSet, age)).OrderByDescending(item => item.replicaSet.Replicas).ThenBy(item => toAdd > 0 ? -item.age : item.age);
        var ordered = bySize.Select(item => item.replicaSet).ToList();
        var added = 0;
        var sizes = new List<int>();
        foreach (var replicaSet in ordered)
        {
            var share = toAdd == added ? 0 : Share(deployment, replicaSet, allowed, pods);
            share = toAdd > 0 ? Math.Min(share, toAdd - added) : Math.Max(share, toAdd - added);
            sizes.Add(replicaSet.Replicas + share);
            added += share;
        }

        sizes[0] = Math.Max(0, sizes[0] + toAdd - added);
        for (var i = 0; i < ordered.Count; i++)
        {
            Scale(deployment, ordered[i], sizes[i]);
        }
    }

    private static int Share(SimulatedDeployment deployment, SimulatedReplicaSet replicaSet, int allowed, int pods)
    {
        if (deployment.Replicas == 0)
        {
            return -replicaSet.Replicas;
        }

        var before = replicaSet.Most is { } most and not 0 ? most : pods;
        return before == 0 ? 0 : (int)Math.Round((double)replicaSet.Replicas * allowed / before, MidpointRounding.AwayFromZero) - replicaSet.Replicas;
    }

    private static void Scale(SimulatedDeployment deployment, SimulatedReplicaSet replicaSet, int replicas) =>
        (replicaSet.Replicas, replicaSet.Desired, replicaSet.Most) = (replicas, deployment.Replicas, deployment.Replicas + deployment.MaxSurge);

    private static void Roll(SimulatedDeployment deployment, List<SimulatedReplicaSet> owned, SimulatedReplicaSet newest, DateTimeOffset now)
    {
        (newest.Desired, newest.Most) = (deployment.Replicas, deployment.Replicas + deployment.MaxSurge);
        var total = owned.Sum(replicaSet => replicaSet.Replicas);
        newest.Replicas = Math.Min(deployment.Replicas, newest.Replicas + Math.Max(0, deployment.Replicas + deployment.MaxSurge - total));
        var ready = owned.Sum(replicaSet => Math.Min(replicaSet.Ready(now), replicaSet.Replicas));
        var excess = Math.Max(0, ready - deployment.Replicas);
        foreach (var old in owned.Where(replicaSet => replicaSet != newest && replicaSet.Replicas > 0))
        {
            var down = Math.Min(old.Replicas, excess);
            old.Replicas -= down;
            excess -= down;
        }
    }
}

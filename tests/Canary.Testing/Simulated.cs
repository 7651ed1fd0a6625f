using Canary.Core.Rollouts;
using Canary.Core.Traffic;

namespace Canary.Testing;

public sealed class SimulatedDeployment
{
    public int Replicas { get; set; }

    public int MaxSurge { get; set; } = 1;

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

    public int? Desired { get; set; }

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
                (only.Replicas, only.Desired) = (deployment.Replicas, deployment.Replicas);
            }

            return deployment.Paused || (only == newest && only.Replicas == deployment.Replicas);
        }

        if (newest is not null && newest.Replicas == deployment.Replicas && newest.Desired == deployment.Replicas && newest.Ready(now) >= deployment.Replicas)
        {
            foreach (var old in active.Where(replicaSet => replicaSet != newest))
            {
                old.Replicas = 0;
            }

            return true;
        }

        if (deployment.Paused)
        {
            Proportional(deployment, active);
        }

        return false;
    }

    /// <summary>Scales every active ReplicaSet by the same proportion when the Deployment's replicas have changed.</summary>
    private static void Proportional(SimulatedDeployment deployment, List<SimulatedReplicaSet> active)
    {
        if (active.All(replicaSet => replicaSet.Desired == deployment.Replicas))
        {
            return;
        }

        var allowed = deployment.Replicas + deployment.MaxSurge;
        var left = allowed - active.Sum(replicaSet => replicaSet.Replicas);
        var ordered = left > 0 ? active.OrderByDescending(replicaSet => replicaSet.Replicas).ThenByDescending(replicaSet => replicaSet.History) : active.OrderByDescending(replicaSet => replicaSet.Replicas).ThenBy(replicaSet => replicaSet.History);
        foreach (var replicaSet in ordered)
        {
            var annotated = (replicaSet.Desired ?? deployment.Replicas) + deployment.MaxSurge;
            var share = (int)Math.Round((double)replicaSet.Replicas * allowed / annotated, MidpointRounding.AwayFromZero) - replicaSet.Replicas;
            share = left > 0 ? Math.Clamp(share, 0, left) : Math.Clamp(share, left, 0);
            replicaSet.Replicas = Math.Max(0, replicaSet.Replicas + share);
            left -= share;
        }

        var first = ordered.First();
        first.Replicas = Math.Max(0, first.Replicas + left);
        foreach (var replicaSet in active)
        {
            replicaSet.Desired = deployment.Replicas;
        }
    }

    private static void Roll(SimulatedDeployment deployment, List<SimulatedReplicaSet> owned, SimulatedReplicaSet newest, DateTimeOffset now)
    {
        newest.Desired = deployment.Replicas;
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

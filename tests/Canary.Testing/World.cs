using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Notifications;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Testing;

/// <summary>A cluster in memory under a virtual clock: a Deployment with its controller, pods, routes and proxies that learn late. For one Rollout.</summary>
public sealed class World
{
    private readonly List<(DateTimeOffset At, Revision? Stable, Revision? Candidate, Revision? Baseline, int StableWeight, int CandidateWeight, int BaselineWeight)> _pushes = [];
    private int _names;

    public World(int replicas = 4, int seed = 1)
    {
        Random = new Random(seed);
        Deployment = new SimulatedDeployment { Replicas = replicas };
        Add(new SimulatedReplicaSet { Name = "checkout-v1", Revision = new Revision("v1"), Owner = Owner.Deployment, Replicas = replicas, Desired = replicas, Most = replicas + Deployment.MaxSurge, History = 1 });
        Step(TimeSpan.FromSeconds(30));
    }

    public static RolloutKey Key { get; } = new("shop", "checkout");

    public Random Random { get; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public SimulatedDeployment? Deployment { get; set; }

    public List<SimulatedReplicaSet> ReplicaSets { get; } = [];

    public RolloutStatus Status { get; set; } = RolloutStatus.Initial;

    public RolloutSpec? Spec { get; set; } = TestSpecs.Default;

    public ValueList<MetricSpec>? Metrics { get; set; } = TestSpecs.Metrics;

    public bool Deleting { get; set; }

    public bool HasFinalizer { get; private set; }

    public bool Gone { get; private set; }

    public Command? Command { get; set; }

    public bool RouteMissing { get; set; }

    public int StableWeight { get; set; } = 100;

    public int CandidateWeight { get; set; }

    /// <summary>The baseline destination's weight; null when the route has none.</summary>
    public int? BaselineWeight { get; set; }

    public Revision? StableSubset { get; set; }

    public Revision? CandidateSubset { get; set; }

    public Revision? BaselineSubset { get; set; }

    public Verdict? Verdict { get; set; }

    public List<AnalysisRunObservation> AnalysisRuns { get; } = [];

    public List<Announcement> Told { get; } = [];

    public List<Effect> Done { get; } = [];

    /// <summary>How long a pod takes to become ready; a revision in <see cref="Broken"/> never does.</summary>
    public TimeSpan StartUp { get; set; } = TimeSpan.FromSeconds(3);

    public HashSet<string> Broken { get; } = [];

    /// <summary>How long proxies take to learn of a change.</summary>
    public TimeSpan ProxyDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What somebody else does after the look and just before an effect of a pass arrives.</summary>
    public Action<Effect>? BeforeEffect { get; set; }

    /// <summary>Which effects of a pass never arrive.</summary>
    public Func<Effect, bool>? Refuses { get; set; }

    public Action<string>? Trace { get; set; }

    public SimulatedReplicaSet? Find(string revision) => ReplicaSets.FirstOrDefault(replicaSet => replicaSet.Revision.Hash == revision);

    /// <summary>What proxies do now: the weight and subsets that they know.</summary>
    public (Revision? Stable, Revision? Candidate, Weight Weight) Proxies()
    {
        var known = _pushes.LastOrDefault(push => push.At + ProxyDelay <= Now);
        var total = known.StableWeight + known.CandidateWeight + known.BaselineWeight;
        return (known.Stable, known.Candidate, new Weight(total == 0 ? 0 : 100 * known.CandidateWeight / total));
    }

    /// <summary>Which revisions proxies send requests to now, and with which weights.</summary>
    public IEnumerable<(Revision? Revision, int Weight)> Destinations()
    {
        var known = _pushes.LastOrDefault(push => push.At + ProxyDelay <= Now);
        return new[] { (known.Stable, known.StableWeight), (known.Candidate, known.CandidateWeight), (known.Baseline, known.BaselineWeight) }.Where(destination => destination.Item2 > 0);
    }

    /// <summary>The cluster's rules of who is notified of what.</summary>
    public ValueList<NotificationRule> ClusterNotifications { get; set; } = [];

    /// <summary>What became of the outbox's notifications, as the engine says it until the status has taken note.</summary>
    public ValueList<Delivery> Deliveries { get; set; } = [];

    public Observation Observe() => new()
    {
        At = Now,
        Key = Key,
        Generation = 1,
        Spec = Spec,
        SpecProblems = Spec is null ? [new Problem("spec", "is wrong")] : [],
        Metrics = Metrics,
        MetricProblems = Metrics is null ? [new Problem("spec.analysis.templates[0].name", "there is no AnalysisTemplate golden-signals")] : [],
        Status = Status,
        ClusterNotifications = ClusterNotifications,
        Deliveries = Deliveries,
        Deleting = Deleting,
        HasFinalizer = HasFinalizer,
        Deployment = Deployment is { } deployment
            ? new DeploymentObservation
            {
                Replicas = deployment.Replicas,
                MaxSurge = deployment.MaxSurge,
                Surge = deployment.Surge,
                Paused = deployment.Paused,
                Template = new Revision(deployment.Template),
                Image = $"shop/checkout:{deployment.Template}",
                RestartStamp = deployment.RestartStamp,
            }
            : null,
        ReplicaSets = ReplicaSets.Select(replicaSet => new ReplicaSetObservation
        {
            Name = replicaSet.Name,
            Revision = replicaSet.Revision,
            Owner = replicaSet.Owner,
            Replicas = replicaSet.Replicas,
            Pods = replicaSet.Pods.Count,
            Ready = replicaSet.Ready(Now),
            Available = replicaSet.Ready(Now),
            Image = $"shop/checkout:{replicaSet.Revision}",
            DesiredReplicas = replicaSet.Desired,
            MaxReplicas = replicaSet.Most,
            HistoryRevision = replicaSet.History,
            IsBaseline = replicaSet.IsBaseline,
            PodProblem = replicaSet.Pods.Count > 0 && replicaSet.Ready(Now) == 0 ? "CrashLoopBackOff: exit code 1" : null,
        }).ToValueList(),
        Traffic = RouteMissing
            ? new TrafficObservation { Problems = [new Problem("spec.traffic.istio.virtualServices[0].name", "there is no VirtualService checkout")], StableSubset = StableSubset, CandidateSubset = CandidateSubset, BaselineSubset = BaselineSubset }
            : new TrafficObservation
            {
                Routes = [new RouteObservation("checkout/primary", StableWeight, CandidateWeight, BaselineWeight)],
                StableSubset = StableSubset,
                CandidateSubset = CandidateSubset,
                BaselineSubset = BaselineSubset,
                Snapshot = BaselineWeight is { } baseline
                    ? $"{StableWeight}/{CandidateWeight} {StableSubset}/{CandidateSubset} {baseline} {BaselineSubset}"
                    : $"{StableWeight}/{CandidateWeight} {StableSubset}/{CandidateSubset}",
                LastWriter = "kubectl",
            },
        Verdict = Status.Journey?.AnalysisRun is null ? null : Verdict,
        AnalysisRuns = AnalysisRuns.ToValueList(),
        Command = Command,
    };

    /// <summary>One pass: decide, remember, act; the pass may be cut off after some effects, as a crash would.</summary>
    /// <param name="effects">How many effects are still carried out.</param>
    public Decision Pass(int effects = int.MaxValue) => Pass(index => index < effects ? 1 : 0, TimeSpan.Zero);

    /// <summary>One pass whose effects may be refused or sent twice, decided by a clock that may be behind.</summary>
    /// <param name="times">How often the effect at a place in the list is carried out.</param>
    /// <param name="behind">How much less the clock of this pass shows.</param>
    public Decision Pass(Func<int, int> times, TimeSpan behind)
    {
        var observation = Observe() with { At = Now - behind };
        var decision = RolloutMachine.Decide(observation);
        if (decision.Effects.Count > 0 || decision.Announcements.Count > 0)
        {
            Trace?.Invoke($"{Now:HH:mm:ss} {decision.Status.Phase} {decision.Status.Journey?.Stage} step {decision.Status.Journey?.Step} {decision.Reason} -> {decision.Effects}");
        }

        Status = decision.Status;
        for (var index = 0; index < decision.Effects.Count; index++)
        {
            for (var time = 0; time < times(index); time++)
            {
                BeforeEffect?.Invoke(decision.Effects[index]);
                if (Refuses?.Invoke(decision.Effects[index]) != true)
                {
                    Apply(decision.Effects[index]);
                }
            }
        }

        Told.AddRange(decision.Announcements);
        return decision;
    }

    /// <summary>Passes until nothing changes, as the engine does.</summary>
    public void Settle()
    {
        for (var i = 0; i < 100; i++)
        {
            var before = Status;
            var decision = Pass();
            Controllers();
            if (decision.Effects.Count == 0 && Status == before)
            {
                return;
            }
        }

        throw new InvalidOperationException($"It does not settle: {Status.Message}, {string.Join(", ", RolloutMachine.Decide(Observe()).Effects)}");
    }

    /// <summary>Lets time go by, with a pass every second.</summary>
    public void Run(TimeSpan time)
    {
        var until = Now + time;
        while (Now < until)
        {
            Settle();
            Step(TimeSpan.FromSeconds(1));
        }

        Settle();
    }

    /// <summary>Lets time go by until something holds.</summary>
    /// <returns>Whether it came to hold within the time.</returns>
    public bool RunUntil(Func<World, bool> holds, TimeSpan atMost, Action<World>? everySecond = null)
    {
        var until = Now + atMost;
        everySecond?.Invoke(this);
        Settle();
        while (!holds(this))
        {
            if (Now >= until)
            {
                return false;
            }

            Step(TimeSpan.FromSeconds(1));
            everySecond?.Invoke(this);
            Settle();
        }

        return true;
    }

    public void Step(TimeSpan time)
    {
        Now += time;
        Controllers();
    }

    public void Push() => _pushes.Add((Now, StableSubset, CandidateSubset, BaselineSubset, StableWeight, CandidateWeight, BaselineWeight ?? 0));

    public void Apply(Effect effect)
    {
        Done.Add(effect);
        switch (effect)
        {
            case Effect.AddFinalizer:
                HasFinalizer = true;
                break;
            case Effect.RemoveFinalizer:
                HasFinalizer = false;
                Gone = Deleting;
                break;
            case Effect.SetWeight set when !RouteMissing:
                var split = WeightSplit.Of(set.To, StableWeight + CandidateWeight + (BaselineWeight ?? 0), set.Baseline && BaselineWeight is not null);
                (StableWeight, CandidateWeight, BaselineWeight) = (split.Stable, split.Candidate, BaselineWeight is null ? null : split.Baseline);
                Push();
                break;
            case Effect.PointSubsets point:
                StableSubset = point.Stable;
                CandidateSubset = point.Candidate;
                BaselineSubset = point.Baseline ?? BaselineSubset;
                Push();
                break;
            case Effect.RestoreTraffic restore:
                var parts = restore.Snapshot.Split(' ', '/');
                (StableWeight, CandidateWeight) = (int.Parse(parts[0], null), int.Parse(parts[1], null));
                StableSubset = parts[2].Length == 0 ? null : new Revision(parts[2]);
                CandidateSubset = parts[3].Length == 0 ? null : new Revision(parts[3]);
                if (parts.Length > 4)
                {
                    BaselineWeight = int.Parse(parts[4], null);
                    BaselineSubset = parts[5].Length == 0 ? null : new Revision(parts[5]);
                }

                Push();
                break;
            case Effect.CreateReplicaSet create when Deployment?.Template == create.Revision.Hash && Find(create.Revision.Hash) is null:
                Add(new SimulatedReplicaSet { Name = $"checkout-{create.Revision}", Revision = create.Revision, Owner = Owner.Rollout, Replicas = create.Replicas });
                break;
            case Effect.CreateBaseline create when Find(create.Revision.Hash) is null && ReplicaSets.Exists(replicaSet => replicaSet.Name == create.Of):
                Add(new SimulatedReplicaSet { Name = create.Name, Revision = create.Revision, Owner = Owner.Rollout, Replicas = create.Replicas, IsBaseline = true });
                break;
            case Effect.ScaleReplicaSet scale:
                Named(scale.Name, replicaSet => replicaSet.Replicas = scale.Replicas);
                break;
            case Effect.CheckOut checkOut:
                Named(checkOut.Name, replicaSet => replicaSet.Owner = Owner.Rollout);
                break;
            case Effect.CheckIn checkIn:
                Named(checkIn.Name, replicaSet => replicaSet.Owner = Owner.Deployment);
                break;
            case Effect.HandOver hand:
                Named(hand.Name, replicaSet =>
                {
                    if (Deployment?.Template != replicaSet.Revision.Hash)
                    {
                        return;
                    }

                    replicaSet.Owner = Owner.Deployment;
                    (replicaSet.Desired, replicaSet.Most) = (hand.Replicas, hand.MaxReplicas);
                    replicaSet.History ??= ReplicaSets.Max(other => other.History ?? 0) + 1;
                });
                break;
            case Effect.Saturate saturate:
                Named(saturate.Name, replicaSet => (replicaSet.Replicas, replicaSet.Desired, replicaSet.Most) = (saturate.Replicas, saturate.Replicas, saturate.MaxReplicas));
                break;
            case Effect.DeleteReplicaSet delete:
                ReplicaSets.RemoveAll(replicaSet => replicaSet.Name == delete.Name);
                break;
            case Effect.SetPaused set when Deployment is not null:
                Deployment.Paused = set.Paused;
                break;
            case Effect.SetSurge set when Deployment?.Surge == set.From:
                Deployment.Surge = set.To;
                break;
            case Effect.SetTemplate set when Deployment is not null:
                Named(set.ReplicaSet, replicaSet => Deployment.Template = replicaSet.Revision.Hash);
                break;
            case Effect.StampRestart stamp when Deployment is not null && Deployment.RestartStamp != stamp.At:
                Deployment.RestartStamp = stamp.At;
                Deployment.Template += "r";
                break;
            case Effect.StartAnalysis start when AnalysisRuns.All(run => run.Name != start.Name):
                AnalysisRuns.Add(new AnalysisRunObservation(start.Name, false));
                break;
            case Effect.FinishAnalysis finish when AnalysisRuns.Exists(run => run.Name == finish.Name):
                AnalysisRuns[AnalysisRuns.FindIndex(run => run.Name == finish.Name)] = new AnalysisRunObservation(finish.Name, true);
                break;
            case Effect.DeleteAnalysis delete:
                AnalysisRuns.RemoveAll(run => run.Name == delete.Name);
                break;
            case Effect.ClearCommand clear when Command?.Raw == clear.Raw:
                Command = null;
                break;
        }
    }

    private void Add(SimulatedReplicaSet replicaSet)
    {
        ReplicaSets.Add(replicaSet);
        Controllers();
    }

    private void Named(string name, Action<SimulatedReplicaSet> change)
    {
        if (ReplicaSets.FirstOrDefault(replicaSet => replicaSet.Name == name) is { } found)
        {
            change(found);
        }
    }

    /// <summary>The Deployment's and the ReplicaSets' controllers, as the real ones do it.</summary>
    private void Controllers()
    {
        if (Deployment is { } deployment)
        {
            DeploymentController.Sync(deployment, ReplicaSets, Now);
        }
        else
        {
            ReplicaSets.RemoveAll(replicaSet => replicaSet.Owner == Owner.Deployment);
        }

        foreach (var replicaSet in ReplicaSets)
        {
            while (replicaSet.Pods.Count < replicaSet.Replicas)
            {
                var ready = Broken.Contains(replicaSet.Revision.Hash) ? DateTimeOffset.MaxValue : Now + StartUp;
                replicaSet.Pods.Add(new SimulatedPod { Name = $"{replicaSet.Name}-{++_names}", ReadyAt = ready });
            }

            while (replicaSet.Pods.Count > replicaSet.Replicas)
            {
                replicaSet.Pods.Remove(replicaSet.Pods.MaxBy(pod => pod.ReadyAt)!);
            }
        }
    }
}

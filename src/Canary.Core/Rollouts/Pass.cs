using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>One pass of the rules: the facts, and the status as it takes shape. Lives within one call of <see cref="RolloutMachine.Decide"/>.</summary>
internal sealed class Pass(Observation observed)
{
    private readonly List<(Announcement Announcement, RolloutStatus Status)> _told = [];

    public Observation Observed { get; } = observed;

    public RolloutStatus Status { get; set; } = observed.Status;

    public DateTimeOffset Now => Observed.At;

    public DateTimeOffset? LookAgainAt { get; private set; }

    /// <summary>Why nothing advances, in words; null when it does.</summary>
    public string? Waiting { get; set; }

    /// <summary>What is announced, each with the status as it was when it was said.</summary>
    public IReadOnlyList<(Announcement Announcement, RolloutStatus Status)> Told => _told;

    public RolloutSpec Plan => Status.Plan ?? throw new InvalidOperationException("A rollout was judged before a valid spec was seen.");

    public int Replicas => Observed.Deployment?.Replicas ?? 0;

    public ReplicaSetObservation? StableReplicaSet => Observed.ReplicaSetOf(Status.Stable?.Revision);

    public ReplicaSetObservation? CandidateReplicaSet => Observed.ReplicaSetOf(Status.Candidate?.Revision);

    public ReplicaSetObservation? BaselineReplicaSet => Observed.ReplicaSetOf(Status.Journey?.Baseline?.Revision);

    public int CandidateReady => CandidateReplicaSet?.Ready ?? 0;

    public int CandidateAvailable => CandidateReplicaSet?.Available ?? 0;

    /// <summary>The steps that lead: the plan's, or all traffic at once by a person's order.</summary>
    public ValueList<Step> Steps => Status.Journey is { Express: true } ? ExpressSteps : Plan.Steps;

    public static ValueList<Step> ExpressSteps { get; } = [new Step.SetWeight(Weight.Full)];

    /// <summary>The weight that the plan gives at the present step; 0 before the first.</summary>
    public Weight PlannedWeight => Status.Journey is { Stage: Stage.Stepping } journey ? WeightAt(Steps, journey.Step) : Weight.Zero;

    /// <summary>The first weight above 0 of the plan.</summary>
    public Weight FirstWeight => Steps.OfType<Step.SetWeight>().Select(step => step.To).FirstOrDefault(weight => weight > Weight.Zero, Weight.Full);

    public Step? CurrentStep => Status.Journey is { Stage: Stage.Stepping } journey && journey.Step < Steps.Count ? Steps[journey.Step] : null;

    public void Announce(string reason, string message, bool warning = false) => _told.Add((new Announcement(reason, message, warning), Status));

    /// <summary>Remembers that time alone makes something due.</summary>
    public void LookAt(DateTimeOffset at)
    {
        if (at > Now && (LookAgainAt is null || at < LookAgainAt))
        {
            LookAgainAt = at;
        }
    }

    /// <summary>How long ago something was; never negative, although another replica's clock may have been ahead.</summary>
    public TimeSpan Since(DateTimeOffset at) => at < Now ? Now - at : TimeSpan.Zero;

    /// <summary>Whether a time has come; when not, the pass is repeated then.</summary>
    public bool Due(DateTimeOffset at)
    {
        LookAt(at);
        return at <= Now;
    }

    /// <summary>Whether traffic has looked as it should for long enough that every proxy knows.</summary>
    public bool Propagated() => Status.Traffic?.SettledAt is { } settled && Due(settled + Plan.Traffic.Propagation);

    public void Route(Revision stable, Revision candidate, Weight weight)
    {
        var wanted = new TrafficStatus(stable, candidate, weight, null, Status.Traffic?.Baseline);
        Route(wanted with { Baseline = BaselineRules.Beside(this, wanted) });
    }

    public void Route(TrafficStatus wanted)
    {
        if (Status.Traffic is not { } traffic || wanted with { SettledAt = traffic.SettledAt } != traffic)
        {
            Status = Status with { Traffic = wanted with { SettledAt = null } };
        }
    }

    public void Travel(Func<Journey, Journey> change)
    {
        if (Status.Journey is { } journey)
        {
            Status = Status with { Journey = change(journey) };
        }
    }

    /// <summary>The weight that a plan gives at a step, counted from 0; 0 before the first weight.</summary>
    public static Weight WeightAt(ValueList<Step> steps, int step)
    {
        var weight = Weight.Zero;
        for (var i = 0; i <= step && i < steps.Count; i++)
        {
            if (steps[i] is Step.SetWeight set)
            {
                weight = set.To;
            }
        }

        return weight;
    }

    /// <summary>Names a revision for people: its image's tag and its hash.</summary>
    public static string Describe(Arm arm)
    {
        var image = arm.Image;
        var at = image.IndexOf('@', StringComparison.Ordinal);
        image = at > 0 ? image[..at] : image;
        var colon = image.LastIndexOf(':');
        var tag = colon > image.LastIndexOf('/') ? image[(colon + 1)..] : image;
        return tag.Length == 0 ? arm.Revision.Hash : $"{tag} ({arm.Revision})";
    }
}

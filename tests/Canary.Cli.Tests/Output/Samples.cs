using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Documents;
using Canary.Testing;

namespace Canary.Cli.Tests.Output;

/// <summary>Rollouts in every state that a screen shows.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Arm V1 = new(new Revision("bbss5ltr88"), "checkout-bbss5ltr88", "registry.example.com/shop/checkout:v1");
    private static readonly Arm V2 = new(new Revision("6d5f7c9bb4"), "checkout-6d5f7c9bb4", "registry.example.com/shop/checkout:v2", Noon.AddMinutes(-14));

    /// <summary>A candidate at half of the requests, whose errors are being proven worse.</summary>
    public static RolloutDocument Analysing { get; } = new()
    {
        Key = new RolloutKey("shop", "checkout"),
        ReadAt = Noon,
        CreatedAt = Noon.AddDays(-30),
        Generation = 3,
        Source = [],
        Spec = TestSpecs.Default,
        Status = new RolloutStatus
        {
            Phase = Phase.Progressing,
            Message = "50 % on v2: errors 5.1 % against 1.02 %, ratio 5 (95 % interval 2.1 to 11); 97 to 1 against \"no more than 10 % worse\"",
            ObservedGeneration = 3,
            Plan = TestSpecs.Default,
            Stable = V1,
            Candidate = V2,
            Journey = new Journey { Stage = Stage.Stepping, Step = 3, EnteredAt = Noon.AddSeconds(-130), AnalysisRun = "checkout-4" },
            Traffic = new TrafficStatus(V1.Revision, V2.Revision, new Weight(50), Noon.AddSeconds(-130)),
            Verdict = new VerdictStatus(VerdictState.Running, "errors: ratio 5 (95 % interval 2.1 to 11), not proven yet", "checkout-4"),
            LastCommand = new CommandStatus
            {
                Raw = "resume", Id = "7f3a", Verb = CommandVerb.Resume, By = "alice@example.com", At = Noon.AddMinutes(-5), Result = CommandResult.Accepted, Message = "the plan goes on",
            },
            History = [new HistoryEntry(V1.Revision, V1.Image, Outcome.Promoted, "proven no worse", null, Noon.AddDays(-2), Noon.AddDays(-2).AddMinutes(31), new Revision("7c9d8f6b54"))],
        },
        Deployment = new DeploymentObservation { Replicas = 4, Template = V2.Revision, Paused = true },
        Revisions =
        [
            new ReplicaSetObservation { Name = V2.ReplicaSet, Revision = V2.Revision, Owner = Owner.Rollout, Replicas = 2, Ready = 1, Image = V2.Image },
            new ReplicaSetObservation { Name = V1.ReplicaSet, Revision = V1.Revision, Owner = Owner.Deployment, Replicas = 4, Ready = 4, Image = V1.Image, HistoryRevision = 7 },
        ],
        Run = new RunDocument("checkout-4", "Running", Verdict(), TestSpecs.Metrics, new AnalysisSpec(), AnalysisState.Empty, Noon.AddMinutes(-13), null),
        News =
        [
            new NewsDocument(Noon.AddSeconds(-130), "WeightSet", "50 % on registry.example.com/shop/checkout:v2 (6d5f7c9bb4)", false, 1),
            new NewsDocument(Noon.AddMinutes(-5), "CommandAccepted", "resume by alice@example.com: the plan goes on", false, 1),
            new NewsDocument(Noon.AddMinutes(-9), "MetricWarning", "memory is 40 % above the stable pods', which decides nothing", true, 2),
        ],
    };

    /// <summary>Nothing under way.</summary>
    public static RolloutDocument Healthy { get; } = Analysing with
    {
        Status = Analysing.Status with { Phase = Phase.Healthy, Message = "v1 serves", Candidate = null, Journey = null, Traffic = new TrafficStatus(V1.Revision, V1.Revision, Weight.Zero, Noon), LastCommand = null, Verdict = null },
        Deployment = new DeploymentObservation { Replicas = 4, Template = V1.Revision, Paused = true },
        Revisions = [Analysing.Revisions[1]],
        Run = null,
        News = [],
    };

    /// <summary>A candidate that goes back, while a command waits for an engine that is away.</summary>
    public static RolloutDocument Retreating { get; } = Analysing with
    {
        Status = Analysing.Status with
        {
            Phase = Phase.RollingBack,
            Message = "all requests go back to v1",
            Journey = Analysing.Status.Journey! with { Stage = Stage.Retreating, Outcome = Outcome.RolledBack },
            Traffic = new TrafficStatus(V1.Revision, V2.Revision, Weight.Zero, null),
            Verdict = new VerdictStatus(VerdictState.Fail, "errors 5.1 % against 1.02 %, ratio 5 (95 % interval 2.1 to 11)", "checkout-4"),
        },
        Waiting = new Command { Raw = "abort", Verb = CommandVerb.Abort, By = "bob@example.com" },
        News = [],
    };

    /// <summary>Taken back; the Deployment still asks for it.</summary>
    public static RolloutDocument Degraded { get; } = Healthy with
    {
        Status = Healthy.Status with
        {
            Phase = Phase.Degraded,
            Message = "v2 was taken back: errors 5.1 % against 1.02 %",
            Refused = new Refusal(V2, false, "errors"),
            LastCommand = new CommandStatus { Raw = "x", Verb = CommandVerb.Promote, By = "carol", At = Noon.AddHours(-3), Result = CommandResult.Refused, Message = "no rollout is under way; 6d5f7c9bb4 was taken back: retry starts it again" },
            History =
            [
                new HistoryEntry(V2.Revision, V2.Image, Outcome.RolledBack, "errors 5.1 % against 1.02 %, ratio 5 (95 % interval 2.1 to 11)", null, Noon.AddMinutes(-14), Noon.AddMinutes(-2), V1.Revision),
                .. Analysing.Status.History,
            ],
        },
        Revisions = Analysing.Revisions,
        Deployment = new DeploymentObservation { Replicas = 4, Template = V2.Revision, Paused = true },
    };

    private static Verdict Verdict() => new()
    {
        State = VerdictState.Running,
        Reason = "not proven yet",
        LogEvidence = Math.Log(97),
        LogThreshold = Math.Log(100),
        Metrics =
        [
            new MetricVerdict
            {
                Name = "errors", Measurement = MeasurementState.Value, StableRequests = 9120, StableBad = 93, CandidateRequests = 8960, CandidateBad = 457, Ratio = 5, RatioLower = 2.1, RatioUpper = 11,
                Evidence = "213 to 1", LogEvidence = Math.Log(213), LogThreshold = Math.Log(250), SecondsToDecide = 42, Sentence = "errors are worse",
            },
            new MetricVerdict
            {
                Name = "latency", Measurement = MeasurementState.Value, Accepted = true, StableRequests = 9120, StableBad = 91, CandidateRequests = 8960, CandidateBad = 88, Ratio = 0.98, RatioLower = 0.7, RatioUpper = 1.07,
                StableValues = [new NamedValue("p50", 12), new NamedValue("p99", 210)], CandidateValues = [new NamedValue("p50", 12.1), new NamedValue("p99", 206)],
                Evidence = "1 to 40", LogEvidence = -Math.Log(40), LogThreshold = Math.Log(333), Sentence = "latency is no worse",
            },
            new MetricVerdict { Name = "payments-declined", Measurement = MeasurementState.NoData, Sentence = "no data" },
        ],
    };
}

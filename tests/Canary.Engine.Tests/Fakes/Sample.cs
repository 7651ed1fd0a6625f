using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Engine.Ports;

namespace Canary.Engine.Tests.Fakes;

/// <summary>Small examples of what passes through the engine.</summary>
internal static class Sample
{
    public static RolloutKey Checkout { get; } = new("shop", "checkout");

    public static RolloutKey Search { get; } = new("shop", "search");

    public static Revision One { get; } = new("one");

    public static Revision Two { get; } = new("two");

    public static Effect Lower { get; } = new Effect.SetWeight(Weight.Zero, Lowers: true);

    public static Effect Raise { get; } = new Effect.SetWeight(new Weight(20), Lowers: false);

    public static Effect Create { get; } = new Effect.CreateReplicaSet(Two, 1);

    public static Decision Decide(RolloutStatus status, params Effect[] effects) => new(status, effects.ToValueList(), [], null, "as the test says");

    /// <summary>Asks for effects once: the status remembers that they were asked for.</summary>
    public static Decision Once(Observation observation, string word, params Effect[] effects) => observation.Status.Message == word
        ? Decide(observation.Status)
        : Decide(observation.Status with { Message = word }, effects);

    public static Snapshot WithAnalysis(Snapshot snapshot, TimeSpan? interval = null, string name = "run-1") => snapshot with
    {
        Analysis = new AnalysisRecord(name, "1", [], new AnalysisSpec { Interval = interval ?? TimeSpan.FromSeconds(5) }, AnalysisState.Empty),
        Pods = [Pod(snapshot.Observation.Key.Name)],
    };

    public static Snapshot WithCommand(Snapshot snapshot, string? raw) => snapshot with
    {
        Observation = snapshot.Observation with { Command = raw is null ? null : new Command { Raw = raw } },
    };

    public static PodTarget Pod(string name) => new()
    {
        Uid = name,
        Name = name,
        Arm = ArmName.Candidate,
        Address = "127.0.0.1",
        Restarts = 0,
        ReadySince = DateTimeOffset.UnixEpoch,
    };

    public static Measurement Round(DateTimeOffset at, ValueList<PodTarget> pods) => new(at, pods.Select(pod => new PodReading
    {
        Uid = pod.Uid,
        Pod = pod.Name,
        Arm = pod.Arm,
        Epoch = "0",
        ReadySince = pod.ReadySince,
        At = at,
    }).ToValueList());
}

using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;

namespace Canary.Scenarios.AcrossTime;

/// <summary>A whole rollout in virtual time: the rules, the judge, and traffic that is nothing but chance.</summary>
internal sealed class Journeys
{
    private Journeys(int seed, RolloutSpec spec, ValueList<MetricSpec> metrics, double requestsPerSecond, SimulatedBehaviour candidate)
    {
        World = new World(seed: seed) { Spec = spec, Metrics = metrics };
        Traffic = new SimulatedTraffic(World, seed, ("v2", candidate)) { RequestsPerSecond = _ => requestsPerSecond };
        World.RunUntil(_ => false, TimeSpan.FromSeconds(20), Tick);
        World.Deployment!.Template = "v2";
    }

    public World World { get; }

    public SimulatedTraffic Traffic { get; }

    /// <summary>When the weight went back to 0 after the candidate had some; null before.</summary>
    public DateTimeOffset? BackAt { get; private set; }

    public HistoryEntry? End => World.Status.History.Count > 0 ? World.Status.History[0] : null;

    /// <summary>From the candidate's first request to weight 0.</summary>
    public TimeSpan? Exposed => BackAt - Traffic.FirstCandidateRequestAt;

    /// <summary>The plan of design 1 with steps of bounded time; 10 seconds of warm-up are over when the weight comes.</summary>
    public static RolloutSpec Plan(InconclusivePolicy onInconclusive = InconclusivePolicy.Pause, params Step[] steps) => TestSpecs.Default with
    {
        Steps = steps.ToValueList(),
        Analysis = TestSpecs.Default.Analysis with { WarmUp = TimeSpan.FromSeconds(10), OnInconclusive = onInconclusive },
    };

    /// <summary>The golden signals; a candidate is accepted when it is shown to be less than half a percentage point worse than 1.5 times.</summary>
    public static ValueList<MetricSpec> Metrics { get; } = TestSpecs.Metrics.Select(WithinHalfAPoint).ToValueList();

    private static MetricSpec WithinHalfAPoint(MetricSpec metric) => metric switch
    {
        MetricSpec.ErrorRate errors => errors with { Margins = new Margins(AcceptDifference: 0.005) },
        MetricSpec.Latency latency => latency with { Margins = new Margins(AcceptDifference: 0.005) },
        _ => metric,
    };

    public static Step Weight(int percent) => new Step.SetWeight(new Weight(percent));

    public static Step Analyze(int atLeastSeconds, int atMostSeconds) => new Step.Analyze(TimeSpan.FromSeconds(atLeastSeconds), TimeSpan.FromSeconds(atMostSeconds));

    public static Journeys Start(int seed, RolloutSpec spec, double requestsPerSecond, SimulatedBehaviour candidate, ValueList<MetricSpec>? metrics = null) =>
        new(seed, spec, metrics ?? Metrics, requestsPerSecond, candidate);

    /// <summary>Lets the rollout come to its end.</summary>
    public Journeys Finish()
    {
        Assert.True(RunUntil(world => world.Status is { Journey: null, History.Count: > 0 }, TimeSpan.FromHours(2)), World.Status.Message);
        return this;
    }

    public bool RunUntil(Func<World, bool> holds, TimeSpan atMost) => World.RunUntil(
        world =>
        {
            if (BackAt is null && world.CandidateWeight == 0 && (world.Status.Journey?.Stage == Stage.Retreating || End?.Outcome == Outcome.RolledBack))
            {
                BackAt = world.Now;
            }

            return holds(world);
        },
        atMost,
        Tick);

    public bool Told(string reason) => World.Told.Any(announcement => announcement.Reason == reason);

    /// <summary>Several rollouts at once, each with its own seed and world.</summary>
    public static Journeys[] Many(int count, Func<int, Journeys> start)
    {
        var all = new Journeys[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, seed => all[seed] = start(seed).Finish());
        return all;
    }

    private void Tick(World world) => Traffic.Tick();
}

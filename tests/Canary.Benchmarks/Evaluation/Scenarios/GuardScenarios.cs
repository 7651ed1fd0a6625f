using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>N3: the guard of the traffic share, with requests that hang.</summary>
internal static class GuardScenarios
{
    /// <summary>The guard with the group's size for its dispersion.</summary>
    public const string Grouped = "ours, phi of the groups";

    private const int NullReplicates = 1000;
    private const int Replicates = 300;

    private static IReadOnlyList<(double Rate, double Weight)> Cells { get; } = [(10, 0.1), (100, 0.1), (100, 0.5), (1000, 0.01)];

    /// <summary>What happens: name, share of the candidate's requests that complete, how many are dealt together.</summary>
    private static IReadOnlyList<(string Name, double Completing, double Group, Truth Truth)> Cases { get; } =
    [
        ("as planned", 1, 1, Truth.Harmless),
        ("10% hang (tolerated)", 0.9, 1, Truth.Harmless),
        ("as planned, in groups of 20", 1, 20, Truth.Harmless),
        ("30% hang", 0.7, 1, Truth.Worse),
        ("50% hang", 0.5, 1, Truth.Worse),
        ("50% hang, in groups of 20", 0.5, 20, Truth.Worse),
        ("all hang", 0, 1, Truth.Worse),
    ];

    public static IEnumerable<IScenario> N3(EvaluationSize size) => [.. Dealt(size), .. Staying(size)];

    private static IEnumerable<IScenario> Staying(EvaluationSize size) =>
        from cell in Cells
        select new Scenario<ShareBlock>
        {
            Table = "N3",
            Name = $"as planned, users stay for {Sessions.Requests} requests, {Grid.Name(cell.Rate, cell.Weight)}",
            Truth = Truth.Harmless,
            Replicates = size.Replicates(NullReplicates),
            Traffic = chance => new SessionShares(chance, cell.Rate, cell.Weight),
            Methods = [Guard("ours, phi 1", new()), Guard(Grouped, ShareTestSettings.ForSessions(Sessions.Requests))],
            Cost = 400,
        };

    private static IEnumerable<IScenario> Dealt(EvaluationSize size) =>
        from story in Cases
        from cell in Cells
        select new Scenario<ShareBlock>
        {
            Table = "N3",
            Name = $"{story.Name}, {Grid.Name(cell.Rate, cell.Weight)}",
            Truth = story.Truth,
            Replicates = size.Replicates(story.Truth == Truth.Harmless ? NullReplicates : Replicates),
            Traffic = chance => new ShareTraffic(chance, cell.Rate, cell.Weight, story.Completing, story.Group),
            Methods = [Guard("ours, phi 1", new()), Guard(Grouped, new(dispersion: story.Group))],
            BoundSeconds = story.Truth == Truth.Worse ? Bound(cell.Rate, cell.Weight, story.Completing) * story.Group : null,
            Cost = 400,
        };

    private static Method<ShareBlock> Guard(string name, ShareTestSettings settings) => new(name, _ => new ShareEvidence(settings, CountMethods.LogThreshold));

    // the divergence of the share that completes from the nearest one that is tolerated, per completed request
    private static double Bound(double rate, double weight, double completing)
    {
        var completed = rate * (1 - weight + weight * completing);
        var tolerated = StatisticsDefaults.LeastShareRatio * weight;
        return CountMethods.LogThreshold / (completed * InformationBound.Divergence(rate * weight * completing / completed, tolerated / (tolerated + 1 - weight)));
    }
}

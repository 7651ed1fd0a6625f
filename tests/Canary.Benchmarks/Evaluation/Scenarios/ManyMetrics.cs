using Canary.Benchmarks.Evaluation.Rules;
using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>N4: ten error counts of the same requests, of which some are worse: when the verdict falls, and who is blamed for it.</summary>
/// <param name="name">The dependence, and how many are worse.</param>
/// <param name="worse">How many of the ten fail twice as often.</param>
/// <param name="shared">Share of bad requests that are bad in all ten.</param>
/// <param name="replicates">Simulated rollouts.</param>
internal sealed class ManyMetrics(string name, int worse, double shared, int replicates) : IScenario
{
    private const int Metrics = 10;
    private const double Rate = 100;
    private const double Weight = 0.1;
    private const double Errors = 0.005;
    private const double FalseDiscoveries = 0.1;
    private static readonly CountTestSettings Settings = CountTestSettings.Rollback(1);
    private static readonly double[] Weights = [.. Enumerable.Repeat(1.0 / Metrics, Metrics)];
    private readonly Story[] _stories = new Story[replicates];

    public string Table => "N4";

    public string Name => name;

    public int Replicates => replicates;

    public double Cost => 4000;

    public static IEnumerable<IScenario> N4(EvaluationSize size) =>
        from dependence in (IReadOnlyList<(string Name, double Shared)>)[("independent", 0), ("half of the errors shared", 0.5), ("nine tenths of the errors shared", 0.9)]
        from worse in (int[])[0, 3]
        select new ManyMetrics($"{dependence.Name}, {worse} of 10 twice as bad", worse, dependence.Shared, size.Replicates(1000));

    public void Run(ulong seed, int replicate)
    {
        var chance = Chance.Of(seed, $"{Table} {name}", replicate);
        var states = new CountTestState[Metrics];
        Array.Fill(states, CountTest.Start(Settings));
        var story = default(Story);
        for (var block = 1; block <= Clock.HourBlocks; block++)
        {
            Draw(chance, states);
            var evidence = Array.ConvertAll(states, state => CountTest.LogEvidence(Settings, state));
            if (story.VerdictBlock == 0 && EvidenceCombination.WeightedAverage(Weights, evidence) >= CountMethods.LogThreshold)
            {
                story = story with { VerdictBlock = block };
            }

            if (story.ListBlock == 0 && Attribution.Suspects(evidence, FalseDiscoveries) is { Count: > 0 } suspects)
            {
                story = story with { ListBlock = block, WrongInFirstList = Wrong(suspects) / (double)suspects.Count };
            }

            if (Attribution.Culprits(evidence, StatisticsDefaults.FalseRollbackProbability) is { Count: > 0 } culprits)
            {
                story = story with { NameBlock = story.NameBlock == 0 ? block : story.NameBlock, WronglyNamed = story.WronglyNamed || Wrong(culprits) > 0 };
            }

            if (block == Clock.HourBlocks && Attribution.Suspects(evidence, FalseDiscoveries) is { Count: > 0 } last)
            {
                story = story with { WrongInLastList = Wrong(last) / (double)last.Count };
            }
        }

        _stories[replicate] = story;
    }

    public IEnumerable<EvaluationRow> Rows(ulong seed)
    {
        yield return Row(seed, "verdict by the average", worse == 0 ? story => story.VerdictBlock > 0 ? 1 : 0 : null, story => story.VerdictBlock);
        yield return Row(seed, "e-BH at 10 %, share of good ones in the first list", story => story.WrongInFirstList, story => story.ListBlock);
        yield return Row(seed, "e-BH at 10 %, share of good ones after an hour", story => story.WrongInLastList, null);
        yield return Row(seed, "closed testing at 1 %, a good one is ever named", story => story.WronglyNamed ? 1 : 0, story => story.NameBlock);
    }

    private int Wrong(IReadOnlyList<int> listed) => listed.Count(metric => metric >= worse);

    private void Draw(Chance chance, CountTestState[] states)
    {
        var (candidates, baselines) = (PoissonLaw.Draw(chance, Clock.BlockSeconds * Rate * Weight), PoissonLaw.Draw(chance, Clock.BlockSeconds * Rate * (1 - Weight)));
        var (candidateShared, baselineShared) = (BinomialLaw.Draw(chance, candidates, Errors * shared), BinomialLaw.Draw(chance, baselines, Errors * shared));
        for (var metric = 0; metric < Metrics; metric++)
        {
            var own = Errors * (1 - shared) + (metric < worse ? Errors : 0);
            states[metric] = CountTest.Advance(Settings, states[metric], new(
                candidates,
                baselines,
                candidateShared + BinomialLaw.Draw(chance, candidates - candidateShared, own),
                baselineShared + BinomialLaw.Draw(chance, baselines - baselineShared, Errors * (1 - shared))));
        }
    }

    private EvaluationRow Row(ulong seed, string method, Func<Story, double>? wrong, Func<Story, int>? block)
    {
        double[]? shares = wrong is null ? null : [.. _stories.Select(wrong)];
        var delays = worse == 0 || block is null ? null : _stories.Select(story => block(story) is > 0 and var found ? found * Clock.BlockSeconds : double.PositiveInfinity).Order().ToArray();
        var mean = shares?.Average() ?? 0;
        var median = delays is null ? double.PositiveInfinity : (delays[(replicates - 1) / 2] + delays[replicates / 2]) / 2;
        return new()
        {
            Table = Table,
            Scenario = name,
            Method = method,
            FalseRollback = shares is null ? null : mean,
            DetectedShare = delays is null ? null : delays.Count(double.IsFinite) / (double)replicates,
            MedianDelaySeconds = double.IsFinite(median) ? median : null,
            Replicates = replicates,
            MonteCarloError = shares is null ? 0 : Math.Sqrt(shares.Sum(share => (share - mean) * (share - mean)) / replicates / replicates),
            Seed = seed,
        };
    }

    private readonly record struct Story(int VerdictBlock, int ListBlock, double WrongInFirstList, double WrongInLastList, int NameBlock, bool WronglyNamed);
}

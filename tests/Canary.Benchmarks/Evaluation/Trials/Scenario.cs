using Canary.Benchmarks.Evaluation.Sampling;

namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>One world with all methods that judge it: every method sees the same rollouts.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
internal sealed class Scenario<TBlock> : IScenario
{
    private Ending[][]? _endings;

    public required string Table { get; init; }

    public required string Name { get; init; }

    public required Truth Truth { get; init; }

    public required int Replicates { get; init; }

    public required Func<Chance, ITraffic<TBlock>> Traffic { get; init; }

    public required IReadOnlyList<Method<TBlock>> Methods { get; init; }

    /// <summary>The information bound, seconds; null where none is known.</summary>
    public double? BoundSeconds { get; init; }

    /// <summary>How long a rollout is watched, blocks.</summary>
    public int Blocks { get; init; } = Clock.HourBlocks;

    /// <summary>The block, from 0, with which the candidate becomes worse; a rollback before it is false.</summary>
    public int WorseFrom { get; init; }

    public double Cost { get; init; } = 500;

    // a replicate writes only to its own places, so that replicates may run at once
    private Ending[][] Endings => LazyInitializer.EnsureInitialized(ref _endings, () => [.. Methods.Select(method => new Ending[Math.Min(Replicates, method.MostReplicates)])]);

    public void Run(ulong seed, int replicate)
    {
        var traffic = Traffic(Chance.Of(seed, Name, replicate));
        var judges = new List<(IRule<TBlock> Rule, int Method)>();
        for (var method = 0; method < Methods.Count; method++)
        {
            if (replicate < Methods[method].MostReplicates)
            {
                judges.Add((Methods[method].Begin(traffic), method));
            }
        }

        var excess = 0.0;
        for (var block = 1; block <= Blocks && judges.Count > 0; block++)
        {
            var reading = traffic.Next();
            excess += reading.Excess;
            for (var i = judges.Count - 1; i >= 0; i--)
            {
                var call = judges[i].Rule.See(reading);
                if (call != Call.Continue || block == Blocks)
                {
                    Endings[judges[i].Method][replicate] = new(call, block, excess);
                    judges.RemoveAt(i);
                }
            }
        }
    }

    public IEnumerable<EvaluationRow> Rows(ulong seed) => Methods.Select((method, index) => Row(method, Endings[index], seed));

    private EvaluationRow Row(Method<TBlock> method, Ending[] endings, ulong seed)
    {
        var counted = Truth is Truth.Harmless or Truth.Worse ? Call.RollBack : Call.Accept;
        var tooSoon = endings.Count(ending => ending.Call == counted && ending.Block <= WorseFrom);
        var delays = endings.Where(ending => ending.Call != counted || ending.Block > WorseFrom)
            .Select(ending => ending.Call == counted ? ending.Block * Clock.BlockSeconds : double.PositiveInfinity).Order().ToArray();
        var share = delays.Count(double.IsFinite) / (double)endings.Length;
        var right = Truth is Truth.Worse or Truth.Acceptable;
        return new()
        {
            Table = Table,
            Scenario = Name,
            Method = method.Name,
            FalseRollback = Truth == Truth.Harmless ? share : WorseFrom > 0 ? tooSoon / (double)endings.Length : null,
            FalseAcceptance = Truth == Truth.Unacceptable ? share : null,
            DetectedShare = right ? share : null,
            MedianDelaySeconds = right ? Median(delays) : null,
            LowerBoundSeconds = right && (method.BoundSeconds ?? BoundSeconds) is { } bound && double.IsFinite(bound) ? bound : null,
            SharperBoundSeconds = right ? method.SharperBoundSeconds : null,
            BadRequests = endings.Average(ending => ending.Excess),
            Replicates = endings.Length,
            MonteCarloError = Math.Sqrt(share * (1 - share) / endings.Length),
            Seed = seed,
        };
    }

    private static double? Median(double[] sorted)
    {
        var middle = sorted.Length == 0 ? double.PositiveInfinity : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return double.IsFinite(middle) ? middle : null;
    }

    private readonly record struct Ending(Call Call, int Block, double Excess);
}

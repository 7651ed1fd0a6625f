using Canary.Benchmarks.Evaluation;
using Canary.Benchmarks.Evaluation.Trials;

namespace Canary.Benchmarks.Tests;

/// <summary>All scenarios with few replicates, simulated once for all tests.</summary>
[CollectionDefinition(Collection)]
public sealed class SmallEvaluation : ICollectionFixture<SmallEvaluation>
{
    public const string Collection = "small evaluation";

    internal IReadOnlyList<EvaluationRow> Rows { get; } = EvaluationRun.Simulate(
        [.. Parts.All.SelectMany(part => part.Scenarios(EvaluationSize.Small))], 1, TimeProvider.System, CancellationToken.None);
}

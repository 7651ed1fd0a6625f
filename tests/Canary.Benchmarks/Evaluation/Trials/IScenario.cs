namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>One world with all methods that judge it. Replicates may run at once, each once.</summary>
internal interface IScenario
{
    string Table { get; }

    string Name { get; }

    int Replicates { get; }

    /// <summary>What one replicate costs, about, in microseconds: for the order of work and the guess of what is left.</summary>
    double Cost { get; }

    void Run(ulong seed, int replicate);

    IEnumerable<EvaluationRow> Rows(ulong seed);
}

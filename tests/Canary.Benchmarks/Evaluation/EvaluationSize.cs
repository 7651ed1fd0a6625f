namespace Canary.Benchmarks.Evaluation;

/// <summary>How much is simulated.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="Share">Share of the full number of replicates.</param>
internal sealed record EvaluationSize(string Name, double Share)
{
    private const int Fewest = 6;

    /// <summary>As many replicates as the reference had, or more: about ten minutes of two cores.</summary>
    public static EvaluationSize Default { get; } = new("default", 1);

    /// <summary>A test of the program: every scenario, few replicates, some seconds.</summary>
    public static EvaluationSize Small { get; } = new("small", 0.006);

    public static EvaluationSize Parse(string name) => name == Small.Name ? Small : Default;

    public int Replicates(int full) => Math.Max(Math.Min(full, Fewest), (int)Math.Round(Share * full));
}

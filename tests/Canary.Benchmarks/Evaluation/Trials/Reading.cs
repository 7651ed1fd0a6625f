namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>What ten seconds of a rollout show, and what only the simulation knows.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
/// <param name="Block">The counts of both arms. Those of histograms are used again for the next reading.</param>
/// <param name="Excess">Bad requests that the candidate served above what the stable version would have served in their place, expected.</param>
/// <param name="StepBegins">Whether a planned step of the rollout begins with this block; not for the first.</param>
internal readonly record struct Reading<TBlock>(TBlock Block, double Excess, bool StepBegins = false);

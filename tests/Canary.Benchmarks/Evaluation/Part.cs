using Canary.Benchmarks.Evaluation.Trials;

namespace Canary.Benchmarks.Evaluation;

/// <summary>One table of the evaluation.</summary>
/// <param name="Name">As the reference calls it: T1, T2, ...</param>
/// <param name="Title">What it shows.</param>
/// <param name="Scenarios">Its worlds.</param>
internal sealed record Part(string Name, string Title, Func<EvaluationSize, IEnumerable<IScenario>> Scenarios);

using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Files;

/// <summary>What was measured, in the order of time, with what it is judged by.</summary>
/// <param name="Name">What it is called in headings.</param>
/// <param name="Metrics">What is judged.</param>
/// <param name="Spec">How it is judged.</param>
/// <param name="Rounds">The rounds.</param>
/// <param name="Notes">What a reader should know of it.</param>
internal sealed record Recording(string Name, ValueList<MetricSpec> Metrics, AnalysisSpec Spec, ValueList<ReplayRound> Rounds, ValueList<string> Notes);

using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Resources;

/// <summary>What an AnalysisRun compares, and how. Immutable.</summary>
/// <param name="Metrics">The metrics, each with its share of the budget.</param>
/// <param name="Settings">How they are judged.</param>
/// <param name="Problems">What is wrong with them; the rest is only meaningful when nothing is.</param>
internal sealed record AnalysisRunSpec(ValueList<MetricSpec> Metrics, AnalysisSpec Settings, ValueList<Problem> Problems);

using System.Text.Json.Serialization;
using Canary.Benchmarks.Evaluation.Trials;

namespace Canary.Benchmarks.Evaluation;

/// <summary>How rows are written to a file: camelCase, missing figures as null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<EvaluationRow>))]
internal sealed partial class EvaluationJson : JsonSerializerContext;

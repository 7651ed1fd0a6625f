using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Resources;
using YamlDotNet.Core;

namespace Canary.Kubernetes.Documents;

/// <summary>An AnalysisRun as <c>kubectl get analysisrun NAME -o yaml</c> (or json) writes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StableRevision">The revision that was compared with; empty when unknown.</param>
/// <param name="CandidateRevision">The revision on trial; empty when unknown.</param>
/// <param name="Metrics">What was judged.</param>
/// <param name="Spec">How it was judged.</param>
/// <param name="State">The evidence, as it was last stored.</param>
public sealed record AnalysisRunDocument(
    string Name, string StableRevision, string CandidateRevision, ValueList<MetricSpec> Metrics, AnalysisSpec Spec, AnalysisState State)
{
    /// <summary>Reads the first AnalysisRun of a text.</summary>
    /// <param name="yaml">YAML or JSON; a List is looked into.</param>
    /// <returns>The run, or everything that is wrong.</returns>
    public static DocumentReading<AnalysisRunDocument> Read(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        JsonObject? run;
        try
        {
            run = YamlTree.ParseAll(yaml).OfType<JsonObject>()
                .SelectMany(document => document.At("items") is JsonArray items ? items.OfType<JsonObject>() : [document])
                .FirstOrDefault(document => document.At("kind").AsText() == "AnalysisRun");
        }
        catch (YamlException wrong)
        {
            return DocumentReading<AnalysisRunDocument>.Wrong($"line {wrong.Start.Line}", $"is no YAML: {wrong.Message}");
        }

        if (run is null)
        {
            return DocumentReading<AnalysisRunDocument>.Wrong("kind", "no document is an AnalysisRun; export one with: kubectl get analysisrun NAME -o yaml");
        }

        var mapped = AnalysisRunJson.Read(run);
        return mapped.Value is not { } record
            ? new DocumentReading<AnalysisRunDocument>(null, mapped.Problems)
            : new DocumentReading<AnalysisRunDocument>(
                new AnalysisRunDocument(
                    run.NameOf(),
                    run.At("spec", "stableRevision").AsText() ?? "",
                    run.At("spec", "candidateRevision").AsText() ?? "",
                    record.Metrics,
                    record.Spec,
                    record.State),
                []);
    }
}

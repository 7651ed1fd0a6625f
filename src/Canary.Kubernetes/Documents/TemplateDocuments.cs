using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;
using YamlDotNet.Core;

namespace Canary.Kubernetes.Documents;

/// <summary>Reads analysis templates from a file. Pure; thread-safe.</summary>
public static class TemplateDocuments
{
    /// <summary>Reads every AnalysisTemplate and ClusterAnalysisTemplate of a file, with the same checks as the engine's.</summary>
    /// <param name="yaml">The file: YAML or JSON, one document or more; those of other kinds are skipped.</param>
    /// <param name="arguments">Values of the templates' arguments.</param>
    /// <returns>The metrics of all templates, whose shares sum to 1, or everything that is wrong.</returns>
    public static DocumentReading<ValueList<MetricSpec>> Read(string yaml, ValueList<TemplateArgument> arguments)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(arguments);
        List<JsonObject> documents;
        try
        {
            documents = [.. YamlTree.ParseAll(yaml).OfType<JsonObject>()];
        }
        catch (YamlException wrong)
        {
            return DocumentReading<ValueList<MetricSpec>>.Wrong($"line {wrong.Start.Line}", $"is no YAML: {wrong.Message}");
        }

        var templates = new Dictionary<TemplateReference, JsonObject>();
        foreach (var document in documents.Where(document => document.At("kind").AsText() is "AnalysisTemplate" or "ClusterAnalysisTemplate"))
        {
            if (document.At("metadata", "name").AsText() is { Length: > 0 } name)
            {
                templates[new TemplateReference(name, document.At("kind").AsText() == "ClusterAnalysisTemplate")] = document;
            }
        }

        return templates.Count == 0
            ? DocumentReading<ValueList<MetricSpec>>.Wrong("kind", "no document is an AnalysisTemplate or ClusterAnalysisTemplate with a name; analysis-templates/golden-signals.yaml is one")
            : DocumentReading<ValueList<MetricSpec>>.Of(
                TemplateMapping.Read(new AnalysisSpec { Templates = templates.Keys.ToValueList(), Arguments = arguments }, "of the file", templates.GetValueOrDefault));
    }
}

using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Store;

/// <summary>The metrics that templates give with certain settings, read once for all Rollouts that share them. Thread-safe, bounded.</summary>
/// <param name="find">Finds a template in a namespace; null when there is none.</param>
internal sealed class TemplateMetrics(Func<string, TemplateReference, JsonObject?> find)
{
    internal const int Most = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Mapped<ValueList<MetricSpec>>> _known = [];

    /// <summary>The metrics of a Rollout.</summary>
    /// <param name="analysis">Its settings.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="denied">The right without which ClusterAnalysisTemplates are not seen; null when they are.</param>
    public Mapped<ValueList<MetricSpec>> Of(AnalysisSpec analysis, string ns, MissingRight? denied)
    {
        JsonObject? Find(TemplateReference reference) => find(ns, reference);

        var templates = analysis.Templates.Select(Find).ToList();

        // where one is missing, a message may name the namespace, and the template of the other scope
        var missing = templates.Contains(null);
        if (missing)
        {
            templates.AddRange(analysis.Templates.Select(reference => Find(reference with { ClusterScope = !reference.ClusterScope })));
        }

        var key = new Key(analysis, missing ? ns : "", missing ? denied : null, templates.Select(template => template is null ? "" : $"{template.UidOf()} {template.VersionOf()}").ToValueList());
        lock (_lock)
        {
            if (_known.TryGetValue(key, out var known))
            {
                return known;
            }
        }

        var read = TemplateMapping.Read(analysis, ns, Find, denied);
        lock (_lock)
        {
            if (_known.Count >= Most)
            {
                // settings and templates come and go; starting over is rare
                _known.Clear();
            }

            _known[key] = read;
        }

        return read;
    }

    private sealed record Key(AnalysisSpec Analysis, string Namespace, MissingRight? Denied, ValueList<string> Templates);
}

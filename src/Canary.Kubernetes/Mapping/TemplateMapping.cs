using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Validation;
using Canary.Kubernetes.Api;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads the templates that a Rollout names, with its arguments filled in. Pure.</summary>
internal static class TemplateMapping
{
    /// <summary>Reads all templates.</summary>
    /// <param name="spec">Which templates, and the values of their arguments.</param>
    /// <param name="ns">The Rollout's namespace, for messages.</param>
    /// <param name="find">Finds a template; null when it does not exist.</param>
    /// <param name="missing">The right without which ClusterAnalysisTemplates could not be looked for; null when they could.</param>
    /// <returns>The metrics, whose shares sum to 1, or everything that is wrong.</returns>
    public static Mapped<ValueList<MetricSpec>> Read(AnalysisSpec spec, string ns, Func<TemplateReference, JsonObject?> find, MissingRight? missing = null)
    {
        var problems = new List<Problem>();
        var metrics = new List<WeighedMetric>();
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        var declared = new HashSet<string>(StringComparer.Ordinal);
        var complete = true;
        for (var index = 0; index < spec.Templates.Count; index++)
        {
            var reference = spec.Templates[index];
            if (find(reference) is not { } template)
            {
                complete = false;
                problems.Add(new Problem(FormattableString.Invariant($"spec.analysis.templates[{index}].name"), Missing(reference, ns, find, missing)));
                continue;
            }

            complete &= ReadTemplate(reference, template, spec, new Found(metrics, owners, declared), problems);
        }

        if (complete)
        {
            for (var index = 0; index < spec.Arguments.Count; index++)
            {
                var name = spec.Arguments[index].Name;
                if (!declared.Contains(name))
                {
                    var remedy = declared.Count == 0 ? "the templates declare none: leave it out" : Spelling.Remedy(name, [.. declared.Order(StringComparer.Ordinal)]);
                    problems.Add(new Problem(FormattableString.Invariant($"spec.analysis.args[{index}].name"), $"is \"{name}\", which no template declares; {remedy}"));
                }
            }
        }

        return Mapped<ValueList<MetricSpec>>.Of(() => Share(metrics), problems);
    }

    /// <summary>Divides the budget for false rollbacks.</summary>
    /// <remarks>
    /// Without any weights, the first error rate gets 0.4, the first latency 0.3, and the others share the rest equally (statistics 3.7). With one weight written, a
    /// metric without counts as 1. Either way the shares sum to 1. Metrics that stake nothing, such as guards, have no share.
    /// </remarks>
    internal static ValueList<MetricSpec> Share(IReadOnlyList<WeighedMetric> metrics)
    {
        var staking = ShareOf([.. metrics.Where(metric => metric.Metric.Stakes)]).ToDictionary(metric => metric.Name);
        return metrics.Select(metric => metric.Metric.Stakes ? staking[metric.Metric.Name] : metric.Metric with { Share = 0 }).ToValueList();
    }

    private static ValueList<MetricSpec> ShareOf(IReadOnlyList<WeighedMetric> metrics)
    {
        var shares = metrics.Any(metric => metric.Weight is not null) ? [.. metrics.Select(metric => metric.Weight ?? 1)] : DefaultShares(metrics);
        var sum = shares.Sum();
        return metrics.Select((metric, index) => metric.Metric with { Share = shares[index] / sum }).ToValueList();
    }

    private static double[] DefaultShares(IReadOnlyList<WeighedMetric> metrics)
    {
        const double Errors = 0.4;
        const double Latency = 0.3;
        var firstErrors = metrics.Index().FirstOrDefault(pair => pair.Item.Metric is MetricSpec.ErrorRate, (-1, null!)).Index;
        var firstLatency = metrics.Index().FirstOrDefault(pair => pair.Item.Metric is MetricSpec.Latency, (-1, null!)).Index;
        var taken = (firstErrors >= 0 ? Errors : 0) + (firstLatency >= 0 ? Latency : 0);
        var others = metrics.Count - (firstErrors >= 0 ? 1 : 0) - (firstLatency >= 0 ? 1 : 0);
        return [.. metrics.Select((_, index) => index == firstErrors ? Errors : index == firstLatency ? Latency : (1 - taken) / others)];
    }

    private static string Missing(TemplateReference reference, string ns, Func<TemplateReference, JsonObject?> find, MissingRight? missing)
    {
        if (reference.ClusterScope && missing is not null)
        {
            return $"is \"{reference.Name}\", but the engine, which works on namespace {ns} alone, may not {missing.Verb} ClusterAnalysisTemplates; {missing}, or use an AnalysisTemplate and leave clusterScope out";
        }

        var other = reference with { ClusterScope = !reference.ClusterScope };
        var (kind, place) = reference.ClusterScope ? ("ClusterAnalysisTemplate", "") : ("AnalysisTemplate", $" in namespace {ns}");
        var remedy = find(other) is null
            ? "create it, or correct the name"
            : reference.ClusterScope ? "an AnalysisTemplate has that name: leave clusterScope out" : "a ClusterAnalysisTemplate has that name: write clusterScope: true";
        return $"is \"{reference.Name}\", but there is no {kind} {reference.Name}{place}; {remedy}";
    }

    private static bool ReadTemplate(TemplateReference reference, JsonObject template, AnalysisSpec spec, Found found, List<Problem> problems)
    {
        var kind = reference.ClusterScope ? "ClusterAnalysisTemplate" : "AnalysisTemplate";

        // The space ends the object's name: its fields follow as they stand in it.
        var whole = new Section(template, $"{kind} {reference.Name} ", problems);
        foreach (var known in new[] { "apiVersion", "kind", "metadata", "status" })
        {
            whole.Node(known);
        }

        var body = whole.Child("spec", "a template needs a spec with metrics");
        whole.Close();
        if (body is null)
        {
            return false;
        }

        var arguments = ReadArguments(reference, body, spec, found.Declared, problems);
        var mapping = new MetricMapping(arguments, problems);
        foreach (var section in body.Sections("metrics", 1, 20, "write at least one metric: [{name: errors, errorRate: {…}}]", required: true))
        {
            var metric = mapping.Read(section);
            if (metric is null)
            {
                continue;
            }

            var name = metric.Metric.Name;
            if (!found.Owners.TryAdd(name, $"{kind} {reference.Name}"))
            {
                section.Note("name", $"is \"{name}\", and {found.Owners[name]} has a metric of that name before it; rename one of them");
            }

            found.Metrics.Add(metric);
        }

        body.Close();
        return true;
    }

    private static Arguments ReadArguments(TemplateReference reference, Section body, AnalysisSpec spec, HashSet<string> declared, List<Problem> problems)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var entry in body.Sections("args", 0, 64, "declare arguments: [{name: latency-margin, value: \"1.10\"}]"))
        {
            var name = entry.Text("name", AnalysisMapping.ArgumentName);
            var fallback = entry.Text("value", new TextRule("it is the value when a Rollout gives none, numbers too as a text: value: \"1.10\"") { Least = 0, Most = 1024 });
            var wrong = entry.Has("value") && fallback is null;
            entry.Close();
            if (name is null)
            {
                continue;
            }

            var given = spec.Arguments.FirstOrDefault(argument => argument.Name == name)?.Value;
            if (!values.TryAdd(name, given ?? fallback))
            {
                entry.Note("name", $"is \"{name}\", which is declared before; leave one of them out");
            }
            else if (given is null && fallback is null && !wrong)
            {
                problems.Add(new Problem(
                    "spec.analysis.args",
                    $"has no value for {name}, which {(reference.ClusterScope ? "ClusterAnalysisTemplate" : "AnalysisTemplate")} {reference.Name} needs; add {{name: {name}, value: …}}"));
            }

            declared.Add(name);
        }

        return new Arguments(values);
    }

    private sealed record Found(List<WeighedMetric> Metrics, Dictionary<string, string> Owners, HashSet<string> Declared);
}

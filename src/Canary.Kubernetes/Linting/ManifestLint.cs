using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Canary.Core;
using Canary.Core.Validation;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Traffic;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Canary.Kubernetes.Linting;

/// <summary>Checks manifests as the engine would: every field, and what the objects mean together. One caller at a time.</summary>
/// <param name="ns">The namespace of objects that name none.</param>
/// <param name="cluster">Where objects are looked for that the files do not have; null checks the files alone.</param>
public sealed partial class ManifestLint(string ns, KubernetesApi? cluster)
{
    private static readonly string[] OlderVersions = ["v1beta1", "v1alpha3"];
    private static readonly string[] OwnKinds = ["Rollout", "AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun"];

    private readonly List<Manifest> _manifests = [];
    private readonly List<LintFinding> _findings = [];
    private readonly SortedSet<string> _unseen = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Kind, string Namespace), IReadOnlyList<JsonObject>> _listed = [];

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="yaml">YAML or JSON, one document or more.</param>
    public void Add(string file, string yaml)
    {
        try
        {
            foreach (var (node, tree) in YamlTree.Parse(yaml))
            {
                if (tree is JsonObject whole)
                {
                    Add(file, node, whole);
                }
                else if (tree is not null)
                {
                    _findings.Add(new LintFinding(file, node.Start.Line, "", "", "is no object; a manifest begins with apiVersion and kind", false));
                }
            }
        }
        catch (YamlException wrong)
        {
            _findings.Add(new LintFinding(file, wrong.Start.Line, "", "", $"is no YAML: {wrong.Message}", false));
        }
    }

    /// <summary>Checks all that was read.</summary>
    /// <param name="cancellation">Cancels the calls to the cluster.</param>
    /// <returns>What is wrong.</returns>
    /// <exception cref="KubernetesApiException">The cluster could not be read.</exception>
    public async Task<LintReport> CheckAsync(CancellationToken cancellation)
    {
        var ours = _manifests.Where(manifest => manifest.IsOurs).ToList();
        foreach (var twice in ours.GroupBy(manifest => (manifest.Kind, manifest.Namespace, manifest.Name)).Where(group => group.Count() > 1))
        {
            Find(twice.Last(), new Problem("metadata.name", $"is \"{twice.Key.Name}\", and another {twice.Key.Kind} of that name comes before it; the last one applied wins: remove one"));
        }

        var used = new HashSet<Manifest>();
        foreach (var manifest in ours)
        {
            if (!OwnKinds.Contains(manifest.Kind))
            {
                Find(manifest, new Problem("kind", $"is \"{manifest.Kind}\", which canary.dev does not have; {Spelling.Remedy(manifest.Kind, OwnKinds)}"));
            }
            else if (manifest.Name.Length == 0)
            {
                Find(manifest, new Problem("metadata.name", "is missing"));
            }
            else if (manifest.Kind == "Rollout")
            {
                await CheckRolloutAsync(manifest, used, cancellation).ConfigureAwait(false);
            }
        }

        foreach (var template in ours.Where(manifest => manifest.Kind is "AnalysisTemplate" or "ClusterAnalysisTemplate" && manifest.Name.Length > 0 && !used.Contains(manifest)))
        {
            var reference = new TemplateReference(template.Name, template.Kind == "ClusterAnalysisTemplate");
            var problems = TemplateMapping.Read(new AnalysisSpec { Templates = [reference] }, template.Namespace, _ => template.Tree).Problems;

            // a value that no Rollout gives yet is no mistake of the template
            Find(template, problems.Where(problem => problem.Path != "spec.analysis.args"));
        }

        return new LintReport(
            [.. _findings.Distinct().OrderBy(finding => finding.File, StringComparer.Ordinal).ThenBy(finding => finding.Line)],
            ours.Count(manifest => manifest.Kind == "Rollout"),
            ours.Count(manifest => manifest.Kind is "AnalysisTemplate" or "ClusterAnalysisTemplate"),
            [.. _unseen]);
    }

    private void Add(string file, YamlNode node, JsonObject whole)
    {
        if (whole.At("kind").AsText() == "List" && whole.At("items") is JsonArray items && node is YamlMappingNode mapping && mapping.Children[new YamlScalarNode("items")] is YamlSequenceNode sequence)
        {
            foreach (var (item, place) in items.Zip(sequence.Children))
            {
                if (item is JsonObject single)
                {
                    _manifests.Add(new Manifest(file, place, single, ns));
                }
            }

            return;
        }

        _manifests.Add(new Manifest(file, node, whole, ns));
        if (whole.At("kind").AsText() is null || whole.At("apiVersion").AsText() is null)
        {
            _findings.Add(new LintFinding(file, node.Start.Line, "", "", "has no apiVersion and kind", false));
        }
    }

    private async Task CheckRolloutAsync(Manifest manifest, HashSet<Manifest> used, CancellationToken cancellation)
    {
        var mapped = RolloutMapping.Read(manifest.Tree);
        Find(manifest, mapped.Problems);
        if (mapped.Value is not { } spec)
        {
            return;
        }

        var space = manifest.Namespace;
        await CheckTemplatesAsync(manifest, spec, used, cancellation).ConfigureAwait(false);
        await CheckTrafficAsync(manifest, spec, cancellation).ConfigureAwait(false);
        if (await ObjectAsync(ResourceKind.Deployments, space, spec.Deployment, cancellation).ConfigureAwait(false) is null)
        {
            Missing(manifest, "spec.workloadRef.name", $"Deployment {space}/{spec.Deployment}");
        }
    }

    private async Task CheckTemplatesAsync(Manifest manifest, RolloutSpec spec, HashSet<Manifest> used, CancellationToken cancellation)
    {
        var found = new Dictionary<TemplateReference, JsonObject>();
        foreach (var reference in spec.Analysis.Templates)
        {
            var kind = reference.ClusterScope ? ResourceKind.ClusterAnalysisTemplates : ResourceKind.AnalysisTemplates;
            var space = reference.ClusterScope ? null : manifest.Namespace;
            if (await ObjectAsync(kind, space, reference.Name, cancellation).ConfigureAwait(false) is { } template)
            {
                found[reference] = template;
            }
            else if (cluster is null)
            {
                _unseen.Add($"{kind.Kind} {reference.Name}");
            }
        }

        if (cluster is not null || found.Count == spec.Analysis.Templates.Count)
        {
            Find(manifest, TemplateMapping.Read(spec.Analysis, manifest.Namespace, found.GetValueOrDefault).Problems);
            used.UnionWith(_manifests.Where(other => found.ContainsValue(other.Tree)));
        }
    }

    private async Task CheckTrafficAsync(Manifest manifest, RolloutSpec spec, CancellationToken cancellation)
    {
        var space = manifest.Namespace;
        var virtualServices = await AllAsync(ResourceKind.VirtualServices, space, cancellation).ConfigureAwait(false);
        var destinationRules = await AllAsync(ResourceKind.DestinationRules, space, cancellation).ConfigureAwait(false);
        var service = await ObjectAsync(ResourceKind.Services, space, spec.Service, cancellation).ConfigureAwait(false);
        var seen = true;
        foreach (var reference in spec.Traffic.VirtualServices.Where(reference => !virtualServices.Any(one => one.NameOf() == reference.Name)))
        {
            seen = cluster is not null;
            if (!seen)
            {
                _unseen.Add($"VirtualService {space}/{reference.Name}");
            }
        }

        if (!seen)
        {
            return;
        }

        var target = new IstioTarget(spec.Traffic, space, spec.Service) { Baseline = spec.Analysis.Baseline == BaselineKind.Fresh ? BaselineRole.Required : BaselineRole.None };
        var view = IstioTraffic.Observe(target, new IstioObjects
        {
            VirtualService = name => virtualServices.FirstOrDefault(one => one.NameOf() == name),
            DestinationRule = destinationRules.FirstOrDefault(one => one.NameOf() == spec.Traffic.DestinationRule),
            Service = service,
            VirtualServices = virtualServices,
            DestinationRules = destinationRules,
        });
        var unknown = service is null && cluster is null;
        if (unknown)
        {
            _unseen.Add($"Service {space}/{spec.Service}");
        }

        Find(manifest, view.Traffic.Problems.Where(problem => !unknown || problem.Path != "spec.service"));
        Find(manifest, view.Warnings, warning: true);
    }

    private void Missing(Manifest manifest, string path, string subject)
    {
        if (cluster is null)
        {
            _unseen.Add(subject);
        }
        else
        {
            Find(manifest, new Problem(path, $"names {subject}, which does not exist; create it, or correct the name"));
        }
    }

    /// <summary>An object of the files, or else of the cluster.</summary>
    private async Task<JsonObject?> ObjectAsync(ResourceKind kind, string? space, string name, CancellationToken cancellation)
    {
        var given = _manifests.LastOrDefault(manifest => manifest.Kind == kind.Kind && manifest.Group == kind.Group && manifest.Name == name && (space is null || manifest.Namespace == space));
        return given is not null || cluster is null ? given?.Tree : await cluster.FindAsync(kind, space, name, cancellation).ConfigureAwait(false);
    }

    /// <summary>All objects of a namespace; those of the files stand for those of the same name in the cluster.</summary>
    private async Task<IReadOnlyList<JsonObject>> AllAsync(ResourceKind kind, string space, CancellationToken cancellation)
    {
        if (_listed.TryGetValue((kind.Kind, space), out var known))
        {
            return known;
        }

        List<JsonObject> all = [.. _manifests.Where(manifest => manifest.Kind == kind.Kind && manifest.Group == kind.Group && manifest.Namespace == space).Select(manifest => manifest.Tree)];
        if (cluster is not null && await cluster.ResolveServedAsync(kind, OlderVersions, cancellation).ConfigureAwait(false) is { } served)
        {
            var existing = (await cluster.ListAsync(served, space, null, cancellation).ConfigureAwait(false)).Items;
            all.AddRange(existing.Where(one => !all.Exists(given => given.NameOf() == one.NameOf())));
        }

        return _listed[(kind.Kind, space)] = all;
    }

    private void Find(Manifest manifest, IEnumerable<Problem> problems, bool warning = false)
    {
        foreach (var problem in problems)
        {
            Find(manifest, problem, warning);
        }
    }

    /// <summary>Notes a problem where it stands: some are about another object than the one that was checked.</summary>
    private void Find(Manifest manifest, Problem problem, bool warning = false)
    {
        var (at, path) = (manifest, problem.Path);
        if (OfAnother().Match(problem.Path) is { Success: true } match)
        {
            path = match.Groups["path"].Value;
            at = _manifests.LastOrDefault(other => other.Kind == match.Groups["kind"].Value && other.Name == match.Groups["name"].Value);
        }

        _findings.Add(at is null
            ? new LintFinding(manifest.File, manifest.Node.Start.Line, $"{manifest.Kind} {manifest.Name}", problem.Path, problem.Message, warning)
            : new LintFinding(at.File, YamlTree.LineOf(at.Node, path), $"{at.Kind} {at.Name}", path, problem.Message, warning));
    }

    [GeneratedRegex(@"^(?<kind>[A-Z][A-Za-z]+)[ /](?<name>[^ ]+) (?<path>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex OfAnother();
}

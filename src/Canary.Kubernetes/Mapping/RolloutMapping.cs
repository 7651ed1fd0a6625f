using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads a Rollout as people write it. Pure.</summary>
/// <remarks>Every bound, default and CEL rule of <c>deploy/crds/rollouts.yaml</c> stands here again: older servers drop CEL, and some drop unknown fields silently.</remarks>
internal static class RolloutMapping
{
    private static readonly TimeSpan DefaultPropagation = TimeSpan.FromSeconds(5);

    /// <summary>Reads the spec.</summary>
    /// <param name="rollout">The whole object.</param>
    /// <returns>The spec, or everything that is wrong with it.</returns>
    public static Mapped<RolloutSpec> Read(JsonObject rollout)
    {
        var problems = new List<Problem>();
        var whole = new Section(rollout, "", problems);
        foreach (var known in new[] { "apiVersion", "kind", "metadata", "status" })
        {
            whole.Node(known);
        }

        var spec = whole.Child("spec", "a Rollout needs a spec with workloadRef, service and traffic");
        whole.Close();
        return spec is null ? Mapped<RolloutSpec>.Of(() => null, problems) : ReadSpec(spec, problems);
    }

    private static Mapped<RolloutSpec> ReadSpec(Section spec, List<Problem> problems)
    {
        var deployment = ReadWorkload(spec);
        var service = spec.Text("service", new TextRule("it is the name of the Service that clients call, lower-case letters, digits and dashes: service: checkout")
        {
            Required = true,
            Most = 63,
            Pattern = Patterns.Name(),
        });
        var traffic = ReadTraffic(spec, service);
        var analysis = AnalysisMapping.Read(spec.Child("analysis"));
        if (analysis.Baseline == BaselineKind.Fresh && traffic is not null && (traffic.BaselineSubset == traffic.StableSubset || traffic.BaselineSubset == traffic.CandidateSubset))
        {
            problems.Add(new Problem("spec.traffic.istio.baselineSubset", $"is \"{traffic.BaselineSubset}\", as another subset is; with analysis.baseline Fresh give each of the three its own name"));
        }

        var steps = StepMapping.Read(spec, analysis.Templates.Count > 0);

        var revert = false;
        if (spec.Child("rollback") is { } rollback)
        {
            revert = rollback.Flag("revertTemplate", false);
            rollback.Close();
        }

        var progressDeadline = spec.Duration("progressDeadline", TimeSpan.FromMinutes(10), "a candidate needs longer than 0s to become ready; write 10m");
        var scaleDownDelay = spec.Duration("scaleDownDelay", TimeSpan.FromSeconds(30));
        var onDelete = spec.Choice("onDelete", OnDelete.Restore);
        var notifications = NotificationMapping.Read(spec);
        spec.Close();

        return Mapped<RolloutSpec>.Of(
            () => new RolloutSpec
            {
                Deployment = deployment!, // no problems: everything required was read
                Service = service!,
                Traffic = traffic!,
                Steps = steps,
                Analysis = analysis,
                RevertTemplate = revert,
                ProgressDeadline = progressDeadline,
                ScaleDownDelay = scaleDownDelay,
                OnDelete = onDelete,
                Notifications = notifications,
            },
            problems);
    }

    private static string? ReadWorkload(Section spec)
    {
        if (spec.Child("workloadRef", "name the Deployment to watch: workloadRef: {name: checkout}") is not { } workload)
        {
            return null;
        }

        workload.Only("apiVersion", "apps/v1", "only Deployments of apps/v1 can be watched");
        workload.Only("kind", "Deployment", "only Deployments can be watched");
        var name = workload.Text("name", new TextRule("it is the name of the Deployment to watch: name: checkout") { Required = true });
        workload.Close();
        return name;
    }

    private static TrafficSpec? ReadTraffic(Section spec, string? service)
    {
        if (spec.Child("traffic", "say who splits the requests: traffic: {istio: {virtualServices: [{name: checkout}]}}") is not { } traffic)
        {
            return null;
        }

        var istio = traffic.Child("istio", "name the VirtualServices: istio: {virtualServices: [{name: checkout}]}");
        traffic.Close();
        if (istio is null)
        {
            return null;
        }

        var virtualServices = ReadVirtualServices(istio);
        string? destinationRule = null;
        if (istio.Child("destinationRule") is { } rule)
        {
            destinationRule = rule.Text("name", new TextRule("it is the name of the DestinationRule that holds the subsets: name: checkout; or leave destinationRule out") { Required = true });
            rule.Close();
        }

        var stable = ReadSubset(istio, "stableSubset", "stable");
        var candidate = ReadSubset(istio, "candidateSubset", "canary");
        if (stable == candidate)
        {
            istio.Note("candidateSubset", $"is \"{candidate}\", and so is stableSubset; one subset cannot hold two revisions: give them different names");
        }

        var baseline = ReadSubset(istio, "baselineSubset", "baseline");
        var propagation = istio.Duration("propagation", DefaultPropagation);
        istio.Close();
        return new TrafficSpec
        {
            VirtualServices = virtualServices,
            DestinationRule = destinationRule ?? service ?? "",
            StableSubset = stable,
            CandidateSubset = candidate,
            BaselineSubset = baseline,
            Propagation = propagation,
        };
    }

    private static string ReadSubset(Section istio, string name, string fallback) =>
        istio.Text(name, new TextRule($"a subset's name has at most 63 lower-case letters, digits and dashes: {name}: {fallback}") { Most = 63, Pattern = Patterns.Label() }) ?? fallback;

    private static ValueList<VirtualServiceReference> ReadVirtualServices(Section istio)
    {
        var references = new List<VirtualServiceReference>();
        foreach (var entry in istio.Sections("virtualServices", 1, 16, "name at least one VirtualService: [{name: checkout}]", required: true))
        {
            var name = entry.Text("name", new TextRule("it is the name of a VirtualService: name: checkout") { Required = true });
            var routes = new List<string>();
            foreach (var (path, item) in entry.Items("routes", 0, 32, "names of routes: [primary]"))
            {
                if (entry.Check(path, item, new TextRule("it is the name of a route: [primary]")) is not { } route)
                {
                    continue;
                }

                if (routes.Contains(route))
                {
                    entry.Note("routes", $"names \"{route}\" twice; leave one out");
                }

                routes.Add(route);
            }

            if (name is not null)
            {
                if (references.Exists(reference => reference.Name == name))
                {
                    entry.Note("name", $"is \"{name}\", which is listed before; put all its routes into one entry");
                }

                references.Add(new VirtualServiceReference(name, routes.ToValueList()));
            }

            entry.Close();
        }

        return references.ToValueList();
    }
}

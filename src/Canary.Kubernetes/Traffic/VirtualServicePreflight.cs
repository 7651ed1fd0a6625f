using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Traffic;

/// <summary>Checks what surrounds the managed routes: gateways, hosts, other VirtualServices, ways around the split.</summary>
internal static class VirtualServicePreflight
{
    private const string Mesh = "mesh";

    /// <summary>Checks.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="managed">The VirtualServices of the spec that exist.</param>
    /// <param name="routes">Their managed routes.</param>
    /// <param name="others">All of the namespace that are known.</param>
    /// <param name="report">Receives what is found.</param>
    public static void Check(
        IstioTarget target, IReadOnlyList<JsonObject> managed, IReadOnlyList<ManagedRoute> routes, IReadOnlyList<JsonObject> others, PreflightReport report)
    {
        foreach (var virtualService in managed)
        {
            CheckHosts(target, virtualService, others, report);
            CheckLeaks(target, virtualService, routes, report);
            CheckDuplicates(target, virtualService, managed, others, report);
        }

        var split = managed.Any(one => BindsMesh(one) && (one.Field("spec").Field("hosts").Texts().Any(target.Arms.IsService) || IsDelegate(one)));
        if (managed.Count > 0 && !split)
        {
            var names = string.Join(", ", managed.Select(one => one.Name()));
            report.Warn(
                "spec.traffic.istio.virtualServices",
                $"holds {names}, none of which applies to calls from within the mesh to {target.Arms.Host}: only gateway traffic is split. "
                + $"If workloads call {target.Service} directly, add a VirtualService with hosts: [{target.Arms.Host}] and gateway {Mesh}");
        }
    }

    /// <summary>Whether sidecars use a VirtualService: no gateways means the mesh.</summary>
    internal static bool BindsMesh(JsonObject virtualService)
    {
        var gateways = virtualService.Field("spec").Field("gateways");
        return !gateways.IsSet() || gateways.Texts().Contains(Mesh);
    }

    private static bool IsDelegate(JsonObject virtualService) => !virtualService.Field("spec").Field("hosts").IsSet();

    private static void CheckHosts(IstioTarget target, JsonObject virtualService, IReadOnlyList<JsonObject> others, PreflightReport report)
    {
        var name = virtualService.Name();
        foreach (var (host, index) in virtualService.Field("spec").Field("hosts").Texts().Select((host, index) => (host, index)))
        {
            if (target.Arms.IsHalfName(host))
            {
                report.Block(
                    $"VirtualService/{name} spec.hosts[{index}]",
                    $"is '{host}', which Istio takes literally: it completes only names without a dot, so calls to {target.Arms.Host} are not split. "
                        + $"Write {target.Arms.Host} or {target.Service}");
            }
        }

        if (IsDelegate(virtualService))
        {
            var hasRoot = others.Any(other => RoutePlace.AllOf(other).Any(place => place.Route.Field("delegate").Field("name").Text() == name));
            if (others.Count > 0 && !hasRoot)
            {
                report.Warn(
                    $"VirtualService/{name} spec.hosts",
                    $"is empty, so {name} only acts where another VirtualService delegates to it, and none in namespace {target.Namespace} does. "
                        + $"Check that a root elsewhere has delegate: {{name: {name}, namespace: {target.Namespace}}}");
            }
        }
        else if (!BindsMesh(virtualService))
        {
            report.Warn(
                $"VirtualService/{name} spec.gateways",
                $"does not hold '{Mesh}', so {name} splits gateway traffic only, and sidecars ignore it. "
                    + $"That is fine when nothing in the mesh calls {target.Service}");
        }
    }

    private static void CheckLeaks(IstioTarget target, JsonObject virtualService, IReadOnlyList<ManagedRoute> routes, PreflightReport report)
    {
        foreach (var place in RoutePlace.AllOf(virtualService))
        {
            var destinations = place.Route.Field("route").Objects().ToArray();
            foreach (var (index, item) in destinations)
            {
                var serves = destinations.Length == 1 || item.Field("weight").Integer() > 0;
                if (serves && target.Arms.IsService(item.Field("destination").Field("host").Text()) && !item.Field("destination").Field("subset").IsSet())
                {
                    var managed = routes.Any(route => route.VirtualService == virtualService.Name() && route.Place.Path == place.Path);
                    report.Warn(
                        string.Create(CultureInfo.InvariantCulture, $"VirtualService/{virtualService.Name()} {place.Path}.route[{index}].destination"),
                        $"names no subset of {target.Arms.Host}, so it reaches the candidate's pods too, by their number and not by the weight. "
                            + $"Add subset: {target.Spec.StableSubset}"
                        + (managed ? "" : " to keep this route on the stable revision"));
                }
            }
        }
    }

    /// <remarks>Sidecars use one VirtualService per host, the oldest, and ignore the rest.</remarks>
    private static void CheckDuplicates(
        IstioTarget target, JsonObject virtualService, IReadOnlyList<JsonObject> managed, IReadOnlyList<JsonObject> others, PreflightReport report)
    {
        if (!BindsMesh(virtualService))
        {
            return;
        }

        var name = virtualService.Name();
        var hosts = Hosts(target, virtualService).ToArray();
        foreach (var other in others.Where(other => other.Name() != name && BindsMesh(other)))
        {
            if (Hosts(target, other).FirstOrDefault(hosts.Contains) is not { } shared)
            {
                continue;
            }

            var isOlder = Age.Compare(other, virtualService) < 0;
            var isManaged = managed.Any(one => one.Name() == other.Name());
            if (isOlder && !isManaged)
            {
                report.Block(
                    $"VirtualService/{name} spec.hosts",
                    $"holds {shared}, for which VirtualService {target.Namespace}/{other.Name()} is older: "
                        + $"sidecars use only the oldest, so the weights in {name} have no effect. Merge the two, or name {other.Name()} in the Rollout");
            }
            else if (isOlder || !isManaged)
            {
                var ignored = isOlder ? name : other.Name();
                report.Warn($"VirtualService/{name} spec.hosts", $"holds {shared}, as does VirtualService {target.Namespace}/{other.Name()}: "
                    + $"sidecars use only the oldest, so {ignored} is ignored. Merge the two");
            }
        }
    }

    private static IEnumerable<string> Hosts(IstioTarget target, JsonObject virtualService) =>
        virtualService.Field("spec").Field("hosts").Texts().Select(target.Arms.Resolve);
}

/// <summary>Orders objects as Istio does: by creation, then by name.</summary>
internal static class Age
{
    /// <summary>Compares two objects of one namespace.</summary>
    /// <returns>Negative when the first is the older.</returns>
    public static int Compare(JsonObject left, JsonObject right)
    {
        // RFC 3339 in UTC with whole seconds, as Kubernetes writes it, orders as text
        var byTime = string.CompareOrdinal(Created(left), Created(right));
        return byTime != 0 ? byTime : string.CompareOrdinal(left.Name(), right.Name());
    }

    private static string Created(JsonObject resource) => resource.Field("metadata").Field("creationTimestamp").Text() ?? "";
}

using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;
using Canary.Sandbox.Nodes;

namespace Canary.Sandbox.Mesh;

/// <summary>
/// Makes a proxy's configuration out of the cluster's objects, as istiod does for one client sidecar. Keeps endpoints from one configuration to the next.
/// One caller at a time. Left out: delegates, tcp and tls routes, ServiceEntries, consistent hashing, outlier detection, connection pools.
/// </summary>
/// <param name="options">Whose sidecar it is.</param>
/// <param name="skipped">Told of a VirtualService that cannot be understood and is left out.</param>
internal sealed class MeshCompiler(MeshOptions options, Action<JsonObject, Exception> skipped)
{
    private const string RootNamespace = "istio-system";

    private Dictionary<(string Uid, int Port), MeshEndpoint> _endpoints = [];

    public MeshConfig Compile(MeshSnapshot snapshot)
    {
        Dictionary<(string, int), MeshEndpoint> endpoints = [];
        var podsByNamespace = snapshot.Pods.Where(pod => EndpointsSync.IsReady(pod) && pod.Text("status", "podIP") is not null).ToLookup(pod => pod.Namespace());
        var rules = snapshot.DestinationRules.OrderBy(rule => rule.CreatedAt()).ThenBy(rule => rule.Name(), StringComparer.Ordinal).ToLookup(rule => rule.Namespace());
        Dictionary<string, MeshService> services = new(StringComparer.OrdinalIgnoreCase);
        foreach (var service in snapshot.Services)
        {
            var host = HostNames.OfService(service.Name(), service.Namespace());
            services[host] = Compile(service, host, Rules(rules, host, service.Namespace()), podsByNamespace[service.Namespace()], endpoints);
        }

        _endpoints = endpoints;
        return new MeshConfig(Routes(snapshot.VirtualServices), services);
    }

    private static bool IsVisible(JsonObject resource, string @namespace) =>
        resource.At("spec", "exportTo") is not JsonArray { Count: > 0 }
        || resource.Texts("spec", "exportTo").Any(target => target == "*" || target == @namespace || (target == "." && resource.Namespace() == @namespace));

    private Dictionary<string, IReadOnlyList<HttpRoute>> Routes(IEnumerable<JsonObject> virtualServices)
    {
        Dictionary<string, IReadOnlyList<HttpRoute>> routes = new(StringComparer.OrdinalIgnoreCase);
        var forMesh = virtualServices
            .Where(item => item.At("spec", "gateways") is not JsonArray { Count: > 0 } || item.Texts("spec", "gateways").Contains("mesh"))
            .Where(item => IsVisible(item, options.ClientNamespace))
            .OrderBy(item => item.CreatedAt()).ThenBy(item => item.Namespace(), StringComparer.Ordinal).ThenBy(item => item.Name(), StringComparer.Ordinal);
        foreach (var virtualService in forMesh)
        {
            List<HttpRoute> compiled;
            try
            {
                compiled = RoutesOf(virtualService);
            }
            catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
            {
                // a pattern that is none: a real mesh would have refused the object when it was written
                skipped(virtualService, exception);
                continue;
            }

            foreach (var host in virtualService.Texts("spec", "hosts"))
            {
                // one VirtualService per host: the oldest wins
                routes.TryAdd(HostNames.Resolve(host, virtualService.Namespace()), compiled);
            }
        }

        return routes;
    }

    private List<HttpRoute> RoutesOf(JsonObject virtualService)
    {
        List<HttpRoute> routes = [];
        foreach (var written in virtualService.Items("spec", "http"))
        {
            if (HttpRoute.Read(written, virtualService.Namespace(), options) is { } route)
            {
                routes.Add(route);
                if (route.IsCatchAll)
                {
                    break;
                }
            }
        }

        return routes;
    }

    /// <summary>The DestinationRules that this client sees for a host: those of the first namespace that has any hide the others.</summary>
    private List<JsonObject> Rules(ILookup<string, JsonObject> rules, string host, string serviceNamespace)
    {
        foreach (var @namespace in new[] { options.ClientNamespace, serviceNamespace, RootNamespace })
        {
            var found = rules[@namespace].Where(rule => IsVisible(rule, options.ClientNamespace))
                .Where(rule => HostNames.Covers(HostNames.Resolve(rule.Text("spec", "host") ?? "", @namespace), host)).ToList();
            if (found.Count > 0)
            {
                return found;
            }
        }

        return [];
    }

    private MeshService Compile(
        JsonObject service, string host, List<JsonObject> rules, IEnumerable<JsonObject> pods, Dictionary<(string, int), MeshEndpoint> endpoints)
    {
        var selector = LabelSelector.OfLabels(service.At("spec", "selector"));
        List<JsonObject> members = selector.IsEmpty ? [] : [.. pods.Where(pod => selector.Matches(pod.Labels()))];
        var policy = rules.Select(rule => PolicyOf(rule.At("spec"))).FirstOrDefault(found => found is not null) ?? "LEAST_REQUEST";
        Dictionary<(string, int), MeshCluster> clusters = [];
        foreach (var port in service.Items("spec", "ports"))
        {
            var number = port.Whole("port");
            clusters[("", number)] = new MeshCluster(host, number, policy, [.. Endpoints(members, port, endpoints)]);
            foreach (var subset in rules.SelectMany(rule => rule.Items("spec", "subsets")))
            {
                var labels = LabelSelector.OfLabels(subset.At("labels"));
                var chosen = members.Where(pod => labels.Matches(pod.Labels()));

                // a name that two rules give twice belongs to the first
                clusters.TryAdd((subset.Text("name") ?? "", number), new MeshCluster(host, number, PolicyOf(subset) ?? policy, [.. Endpoints(chosen, port, endpoints)]));
            }
        }

        return new MeshService(MeshService.PortsOf(service), clusters);
    }

    private static string? PolicyOf(JsonNode? holder) => holder.Text("trafficPolicy", "loadBalancer", "simple");

    private IEnumerable<MeshEndpoint> Endpoints(IEnumerable<JsonObject> pods, JsonObject servicePort, Dictionary<(string, int), MeshEndpoint> endpoints)
    {
        foreach (var pod in pods.OrderBy(pod => pod.Name(), StringComparer.Ordinal))
        {
            if (EndpointsSync.TargetPort(servicePort, pod) is not { } port)
            {
                continue;
            }

            var key = (pod.Uid(), port);
            if (!endpoints.TryGetValue(key, out var endpoint))
            {
                var address = $"http://{pod.Text("status", "podIP")}:{port}";
                endpoint = _endpoints.TryGetValue(key, out var before) && before.Address == address ? before : new MeshEndpoint(address, WorkloadLabels.Of(pod));
                endpoints[key] = endpoint;
            }

            yield return endpoint;
        }
    }
}

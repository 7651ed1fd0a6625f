using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Traffic;

/// <summary>Checks that the Service is one whose requests Istio can split, and that routes name a port of it.</summary>
internal static class ServicePreflight
{
    /// <summary>Checks.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="service">The Service; null when it does not exist.</param>
    /// <param name="virtualServices">The VirtualServices of the managed routes.</param>
    /// <param name="routes">The managed routes.</param>
    /// <param name="report">Receives what is found.</param>
    public static void Check(
        IstioTarget target, JsonObject? service, IReadOnlyList<JsonObject> virtualServices, IReadOnlyList<ManagedRoute> routes, PreflightReport report)
    {
        if (service is null)
        {
            report.Block("spec.service", $"is '{target.Service}', but Service {target.Namespace}/{target.Service} does not exist. "
                + "Create it, or correct the name");
            return;
        }

        CheckKind(target, service, report);
        var ports = service.Field("spec").Field("ports").Objects().Select(port => port.Item).ToArray();
        var warned = new HashSet<long>();
        foreach (var route in routes)
        {
            var meshed = virtualServices.Any(one => one.Name() == route.VirtualService && VirtualServicePreflight.BindsMesh(one));
            foreach (var (index, destination) in new[] { (route.StableIndex, route.Stable), (route.CandidateIndex, route.Candidate) })
            {
                var at = string.Create(
                    CultureInfo.InvariantCulture, $"VirtualService/{route.VirtualService} {route.Place.Path}.route[{index}].destination.port");
                var port = Port(target, destination, ports, at, report);
                if (port is not null && route.Place.Protocol == RouteProtocol.Http && warned.Add(port.Field("port").Integer() ?? 0))
                {
                    CheckProtocol(target, port, meshed, report);
                }
            }
        }
    }

    private static void CheckKind(IstioTarget target, JsonObject service, PreflightReport report)
    {
        var path = $"Service/{target.Service} spec";
        if (service.Field("spec").Field("type").Text() == "ExternalName")
        {
            report.Block($"{path}.type", "is ExternalName, which has no pods to split requests between, so weights have no effect. "
                + "Write ClusterIP and a selector");
        }
        else if (service.Field("spec").Field("clusterIP").Text() == "None")
        {
            report.Block($"{path}.clusterIP", "is None (headless): clients pick a pod themselves, so weights have no effect. "
                + "Use a Service with a cluster IP");
        }
        else if (Subsets.Selector(service) is not { } selector)
        {
            report.Block($"{path}.selector", "is empty, so the Service's endpoints carry no pod labels that a subset could select. "
                + "Add the labels of the Deployment's pods");
        }
        else if (selector.Field(Subsets.HashLabel).Text() is { } hash)
        {
            report.Block($"{path}.selector", $"holds {Subsets.HashLabel}: {hash}, so it never selects the candidate's pods. Remove that label");
        }
    }

    /// <summary>Finds the port that a destination means.</summary>
    private static JsonObject? Port(IstioTarget target, JsonObject destination, JsonObject[] ports, string at, PreflightReport report)
    {
        var known = string.Join(", ", ports.Select(port => port.Field("port")?.ToJsonString()));
        if (destination.Field("destination").Field("port").Field("number").Integer() is { } number)
        {
            var found = Array.Find(ports, port => port.Field("port").Integer() == number);
            if (found is null)
            {
                report.Block($"{at}.number", string.Create(CultureInfo.InvariantCulture, $"is {number}, which Service {target.Namespace}/{target.Service} "
                    + $"does not have, so these requests fail (503 NC). Write one of {known}"));
            }

            return found;
        }

        if (ports.Length > 1)
        {
            report.Block(at, $"is absent, but Service {target.Namespace}/{target.Service} has the ports {known} (IST0112). "
                + $"Write which one is meant, for example port: {{number: {ports[0].Field("port")?.ToJsonString()}}}");
            return null;
        }

        return ports.Length == 1 ? ports[0] : null;
    }

    /// <remarks>Istio takes a port's protocol from appProtocol, else from its name up to the first dash, else it guesses from the first bytes.</remarks>
    private static void CheckProtocol(IstioTarget target, JsonObject port, bool meshed, PreflightReport report)
    {
        var name = port.Field("name").Text();
        var declared = port.Field("appProtocol").Text();
        var protocol = (declared ?? name?.Split('-')[0])?.ToLowerInvariant();
        var path = $"Service/{target.Service} spec.ports[{port.Field("port")?.ToJsonString()}]";
        switch (protocol)
        {
            case "http" or "http2" or "grpc" or "grpc-web" or "http_proxy" or "kubernetes.io/h2c" or "kubernetes.io/ws":
                return;
            case "https" or "tls" or "tcp" or "udp" or "mongo" or "redis" or "mysql" or "kubernetes.io/wss":
                var said = declared is null ? $"is named '{name}'" : $"has appProtocol '{declared}'";
                if (meshed)
                {
                    report.Block(path, $"{said}, so sidecars treat it as {protocol} and http routes have no effect on it. Write appProtocol: "
                        + "http (or a name that begins with http-), or split it by a tcp or tls route");
                }

                return;
            default:
                report.Warn(path, $"is named {(name is null ? "nothing" : $"'{name}'")} and has "
                    + $"{(declared is null ? "no appProtocol" : $"appProtocol '{declared}'")}, so proxies guess whether it speaks http. Write appProtocol: "
                    + "http, or a name that begins with http-");
                return;
        }
    }
}

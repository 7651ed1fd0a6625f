using System.Text.Json.Nodes;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Store;

/// <summary>What a Rollout refers to, as keys of an index. Pure.</summary>
/// <remarks>Read from the spec and from the last valid one, under which a rollout goes on when the spec has become wrong.</remarks>
internal static class References
{
    /// <summary>The key of an object that a Rollout may refer to.</summary>
    public static string Key(string kind, string ns, string name) => $"{kind}/{ns}/{name}";

    /// <summary>The key of all Rollouts of a namespace.</summary>
    public static string InNamespace(string ns) => $"Namespace/{ns}";

    /// <summary>The keys of everything that a Rollout refers to.</summary>
    public static IEnumerable<string> Of(JsonObject rollout)
    {
        var ns = rollout.NamespaceOf();
        yield return InNamespace(ns);

        var spec = rollout.At("spec");
        var istio = spec.At("traffic", "istio");
        var service = spec.At("service").AsText();
        var named = Named(
            ns,
            spec.At("workloadRef", "name").AsText(),
            service,
            istio.At("virtualServices"),
            istio.At("destinationRule", "name").AsText() ?? service,
            spec.At("analysis", "templates"));

        var plan = rollout.At("status", "engine", "plan");
        var traffic = plan.At("traffic");
        var remembered = Named(
            ns,
            plan.At("deployment").AsText(),
            plan.At("service").AsText(),
            traffic.At("virtualServices"),
            traffic.At("destinationRule").AsText(),
            plan.At("analysis", "templates"));
        foreach (var key in named.Concat(remembered))
        {
            yield return key;
        }
    }

    private static IEnumerable<string> Named(string ns, string? deployment, string? service, JsonNode? virtualServices, string? destinationRule, JsonNode? templates)
    {
        if (deployment is not null)
        {
            yield return Key("Deployment", ns, deployment);
        }

        if (service is not null)
        {
            yield return Key("Service", ns, service);
        }

        if (destinationRule is not null)
        {
            yield return Key("DestinationRule", ns, destinationRule);
        }

        foreach (var name in virtualServices.AsObjects().Select(reference => reference.At("name").AsText()).OfType<string>())
        {
            yield return Key("VirtualService", ns, name);
        }

        foreach (var template in templates.AsObjects())
        {
            if (template.At("name").AsText() is { } name)
            {
                yield return template.At("clusterScope").IsTrue() ? Key("ClusterAnalysisTemplate", "", name) : Key("AnalysisTemplate", ns, name);
            }
        }
    }
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Defaults of services and endpoints. Cluster addresses are made up: nothing listens there.</summary>
internal static class ServiceDefaults
{
    public static void Service(JsonObject service)
    {
        var spec = service.FieldsOrNew("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        service.FieldsOrNew("status").Default("loadBalancer", new JsonObject());
        foreach (var port in spec.Items("ports")?.OfType<JsonObject>() ?? [])
        {
            port.Default("protocol", "TCP");
            port.Default("targetPort", port["port"]?.DeepClone());
        }

        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        spec.Default("internalTrafficPolicy", "Cluster");
        spec.Default("ipFamilyPolicy", "SingleStack");
        spec.Default("ipFamilies", new JsonArray("IPv4"));
        if (string.IsNullOrEmpty(spec.Text("clusterIP")))
        {
            spec["clusterIP"] = $"10.96.{RandomNumberGenerator.GetInt32(1, 255)}.{RandomNumberGenerator.GetInt32(1, 255)}";
        }

        spec.Default("clusterIPs", new JsonArray(spec.Text("clusterIP")));
    }

    public static void Endpoints(JsonObject endpoints)
    {
        foreach (var port in endpoints.Items("subsets")?.SelectMany(subset => subset.Items("ports")?.OfType<JsonObject>() ?? []) ?? [])
        {
            port.Default("protocol", "TCP");
        }
    }
}

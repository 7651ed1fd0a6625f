using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Defaults of pods and pod templates; the same for every owner, so that hashes over templates agree.</summary>
internal static class PodDefaults
{
    private static readonly string[] ContainerLists = ["initContainers", "containers"];

    public static void Pod(JsonObject pod)
    {
        if (pod["spec"] is JsonObject spec)
        {
            Spec(spec);
            foreach (var resources in Containers(spec).Select(container => container.Fields("resources")).OfType<JsonObject>())
            {
                RequestLimits(resources);
            }

            spec.Default("enableServiceLinks", true);
            spec.Default("preemptionPolicy", "PreemptLowerPriority");
            spec.Default("priority", 0L);
            spec.Default("serviceAccountName", "default");
            spec.Default("serviceAccount", spec.Text("serviceAccountName"));
        }
    }

    public static void Template(JsonObject owner)
    {
        if (owner.Fields("template") is not { } template)
        {
            return;
        }

        template.FieldsOrNew("metadata").Default("creationTimestamp", null);
        if (template["spec"] is JsonObject spec)
        {
            Spec(spec);
        }
    }

    private static void Spec(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30L);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("securityContext", new JsonObject());
        if (spec.Text("serviceAccountName") is { } account)
        {
            spec.Default("serviceAccount", account);
        }

        foreach (var container in Containers(spec))
        {
            Container(container);
        }

        foreach (var volume in spec.Items("volumes")?.OfType<JsonObject>() ?? [])
        {
            Volume(volume);
        }
    }

    private static IEnumerable<JsonObject> Containers(JsonObject spec) =>
        ContainerLists.SelectMany(list => spec.Items(list)?.OfType<JsonObject>() ?? []);

    // what a limit asks for without a request is requested: of a pod, and not of a template
    private static void RequestLimits(JsonObject resources)
    {
        foreach (var (name, value) in resources.Fields("limits") ?? [])
        {
            resources.FieldsOrNew("requests").Default(name, value?.DeepClone());
        }
    }

    private static void Container(JsonObject container)
    {
        container.Default("imagePullPolicy", IsMovingTag(container.Text("image") ?? "") ? "Always" : "IfNotPresent");
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        var resources = container.FieldsOrNew("resources");
        Quantities.Canonicalize(resources.Fields("limits"));
        Quantities.Canonicalize(resources.Fields("requests"));
        foreach (var port in container.Items("ports")?.OfType<JsonObject>() ?? [])
        {
            port.Default("protocol", "TCP");
        }

        foreach (var probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
        {
            if (container[probe] is JsonObject fields)
            {
                Probe(fields);
            }
        }

        foreach (var reference in container.Items("env")?.Select(item => item.Fields("valueFrom", "fieldRef")).OfType<JsonObject>() ?? [])
        {
            reference.Default("apiVersion", "v1");
        }
    }

    private static void Probe(JsonObject probe)
    {
        probe.Default("timeoutSeconds", 1L);
        probe.Default("periodSeconds", 10L);
        probe.Default("successThreshold", 1L);
        probe.Default("failureThreshold", 3L);
        if (probe["httpGet"] is JsonObject http)
        {
            http.Default("path", "/");
            http.Default("scheme", "HTTP");
        }

        if (probe["grpc"] is JsonObject grpc)
        {
            grpc.Default("service", "");
        }
    }

    private static void Volume(JsonObject volume)
    {
        foreach (var source in new[] { "configMap", "secret", "projected", "downwardAPI" })
        {
            (volume[source] as JsonObject)?.Default("defaultMode", 420L);
        }

        volume.Fields("emptyDir")?.Canonicalize("sizeLimit");
        if (volume.Count == 1)
        {
            volume["emptyDir"] = new JsonObject();
        }
    }

    private static bool IsMovingTag(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return false;
        }

        var name = image[(image.LastIndexOf('/') + 1)..];
        return !name.Contains(':', StringComparison.Ordinal) || name.EndsWith(":latest", StringComparison.Ordinal);
    }
}

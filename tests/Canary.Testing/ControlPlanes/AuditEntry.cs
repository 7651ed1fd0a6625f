using System.Text.Json.Nodes;

namespace Canary.Testing.ControlPlanes;

/// <summary>One request as the API server's audit log has it: who asked for what, and how the authoriser answered. Immutable.</summary>
/// <param name="User">Who asked.</param>
/// <param name="Right">What was asked for; null for a path that is no resource, as discovery's.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Code">The HTTP status; that of the headers where the answer goes on, as a watch's.</param>
/// <param name="Reason">Why the authoriser allowed it, such as <c>RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "x" to ServiceAccount "x/y"</c>; why not, otherwise; may be empty.</param>
public sealed record AuditEntry(string User, Right? Right, string Path, int Code, string Reason)
{
    internal static AuditEntry Of(JsonNode line)
    {
        var (user, path, reference) = ((string)line["user"]!["username"]!, (string)line["requestURI"]!, line["objectRef"]); // the log's own form: all are there
        var right = reference is null
            ? null
            : new Right((string)line["verb"]!, (string?)reference["apiGroup"] ?? "", Resource(reference), (string?)reference["namespace"]);
        return new AuditEntry(user, right, path, (int?)line["responseStatus"]?["code"] ?? 0, (string?)line["annotations"]?["authorization.k8s.io/reason"] ?? "");
    }

    private static string Resource(JsonNode reference) =>
        (string?)reference["subresource"] is { Length: > 0 } subresource ? $"{(string?)reference["resource"]}/{subresource}" : (string)reference["resource"]!; // an object reference has one
}

using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary><c>DeleteOptions</c>, from the body or the query. Grace periods do not matter here: pods go at once.</summary>
internal sealed record DeleteRequest(string? Policy = null, string? Uid = null, string? ResourceVersion = null, bool DryRun = false)
{
    public static DeleteRequest Read(JsonObject? body, Func<string, string?> query)
    {
        var orphan = body.At("orphanDependents") is null ? query("orphanDependents") == "true" : body.Flag("orphanDependents");
        var policy = body.Text("propagationPolicy") ?? query("propagationPolicy") ?? (orphan ? "Orphan" : null);
        if (policy is { Length: > 0 } and not ("Background" or "Foreground" or "Orphan"))
        {
            throw new ApiException(422, "Invalid", $"DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"{policy}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
        }

        return new(
            policy,
            body.Text("preconditions", "uid"),
            body.Text("preconditions", "resourceVersion"),
            body.Items("dryRun") is { Count: > 0 } || query("dryRun") == "All");
    }
}

namespace Canary.Testing.Faults;

/// <summary>What a request to an API server is about, as far as faults care: never an object's name.</summary>
/// <param name="Verb">Kubernetes verb: get, list, watch, create, update, patch or delete.</param>
/// <param name="Resource">Plural and subresource, such as <c>rollouts/status</c>; empty for what is no resource.</param>
public sealed record ApiTarget(string Verb, string Resource)
{
    /// <summary>Whether the request changes something.</summary>
    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete";

    /// <summary>Reads a request.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path without query.</param>
    /// <param name="query">Query, with or without its question mark.</param>
    public static ApiTarget Of(string method, string path, string query)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(query);
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = parts is ["api", ..] ? 2 : parts is ["apis", ..] ? 3 : parts.Length;
        if (parts.Length > at + 2 && parts[at] == "namespaces")
        {
            at += 2;
        }

        var named = parts.Length > at + 1;
        var resource = parts.Length <= at ? "" : parts.Length > at + 2 ? $"{parts[at]}/{parts[at + 2]}" : parts[at];
        var verb = method switch
        {
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ when query.Contains("watch=true", StringComparison.Ordinal) => "watch",
            _ => named || resource.Length == 0 ? "get" : "list",
        };
        return new ApiTarget(verb, resource);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Verb} {Resource}";
}

using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>One write that a controller asks for. The pure sync functions return them; the runner sends them in order.</summary>
internal abstract record ClusterWrite
{
    private ClusterWrite()
    {
    }

    /// <summary>Creates <paramref name="Resource"/>, which carries its apiVersion, kind, namespace and name.</summary>
    internal sealed record Create(JsonObject Resource) : ClusterWrite;

    /// <summary>Sends a JSON merge patch. <paramref name="Subresource"/> is null or "status".</summary>
    internal sealed record Patch(string Kind, string Namespace, string Name, string? Subresource, JsonObject Body) : ClusterWrite;

    /// <summary>Deletes one object; <paramref name="Uid"/> guards against a namesake.</summary>
    internal sealed record Delete(string Kind, string Namespace, string Name, string Uid) : ClusterWrite;
}

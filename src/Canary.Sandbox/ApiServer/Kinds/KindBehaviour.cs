using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>What is particular to a built-in kind. All delegates work on objects that are not stored yet.</summary>
internal sealed record KindBehaviour
{
    public static readonly KindBehaviour None = new();

    /// <summary>Fills in what the user left out.</summary>
    public Action<JsonObject>? Default { get; init; }

    /// <summary>Sets the status and other fields that the server owns, on creation.</summary>
    public Action<JsonObject>? PrepareForCreate { get; init; }

    /// <summary>Lists what is wrong; the second argument is the old object, null on creation.</summary>
    public Action<JsonObject, JsonObject?, List<StatusCause>>? Validate { get; init; }

    public Func<string, string?> CheckName { get; init; } = NameRules.DnsSubdomain;

    /// <summary>Whether <c>metadata.generation</c> counts changes of the annotations, too: a Deployment's controller copies them.</summary>
    public bool GenerationCountsAnnotations { get; init; }

    /// <summary>Fields that a field selector may name, besides name and namespace.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];
}

using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>A resource that the server knows, in all its versions. One store belongs to it.</summary>
internal sealed class ResourceKind
{
    public required string Group { get; init; }

    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public required string Kind { get; init; }

    public string ListKind { get => field ?? Kind + "List"; init; }

    public bool Namespaced { get; init; } = true;

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Defined by a CustomResourceDefinition.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Whether <c>metadata.generation</c> counts changes of the spec.</summary>
    public bool TracksGeneration { get; init; }

    /// <summary>Whether an update without a resourceVersion is taken as it comes.</summary>
    public bool AllowsUnconditionalUpdate { get; init; } = true;

    public required IReadOnlyList<ResourceVersion> Versions { get; init; }

    /// <summary>The resource whose store this one shares (<c>events</c> of two groups); null for its own.</summary>
    public string? SharesStoreOf { get; init; }

    public KindBehaviour Behaviour { get; init; } = KindBehaviour.None;

    public ResourceVersion StorageVersion => Versions.First(version => version.IsStorage);

    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string GroupKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public string StoreKey => SharesStoreOf ?? GroupResource;

    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";

    public ResourceView? View(string version) =>
        Versions.FirstOrDefault(candidate => candidate.Name == version && candidate.Served) is { } found ? new ResourceView(this, found) : null;

    public ResourceView StorageView => new(this, StorageVersion);
}

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

    /// <summary>Fields that a field selector may name, besides name and namespace.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];
}

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

using System.Collections.Immutable;

namespace Canary.Sandbox.ApiServer;

/// <summary>All resources of the server. Readers see an immutable map; a definition replaces its earlier one. Thread-safe.</summary>
internal sealed class ResourceRegistry
{
    private ImmutableSortedDictionary<string, ResourceKind> _kinds = ImmutableSortedDictionary.Create<string, ResourceKind>(StringComparer.Ordinal);
    private ImmutableDictionary<(string Group, string Version, string Plural), ResourceView> _views = ImmutableDictionary<(string, string, string), ResourceView>.Empty;
    private readonly Lock _lock = new();

    /// <summary>Rises with every change, for caches of discovery documents.</summary>
    public int Generation { get; private set; }

    public IEnumerable<ResourceKind> Kinds => _kinds.Values;

    public ResourceView? Find(string group, string version, string plural) => _views.GetValueOrDefault((group, version, plural));

    public ResourceKind? FindKind(string apiVersion, string kind)
    {
        var (group, version) = SplitApiVersion(apiVersion);
        return Kinds.FirstOrDefault(candidate => candidate.Kind == kind && candidate.Group == group && candidate.View(version) is not null);
    }

    public ResourceKind? FindResource(string groupResource) => _kinds.GetValueOrDefault(groupResource);

    public IEnumerable<string> Groups => Kinds.Select(kind => kind.Group).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Served versions of a group, the preferred one first.</summary>
    public IReadOnlyList<string> Versions(string group) =>
        [.. Kinds.Where(kind => kind.Group == group).SelectMany(kind => kind.Versions).Where(version => version.Served)
            .Select(version => version.Name).Distinct().OrderByDescending(VersionRank.Of)];

    public void Put(ResourceKind kind)
    {
        lock (_lock)
        {
            RemoveViews(kind.GroupResource);
            _kinds = _kinds.SetItem(kind.GroupResource, kind);
            _views = _views.SetItems(kind.Versions.Where(version => version.Served)
                .Select(version => KeyValuePair.Create((kind.Group, version.Name, kind.Plural), new ResourceView(kind, version))));
            Generation++;
        }
    }

    public void Remove(string groupResource)
    {
        lock (_lock)
        {
            RemoveViews(groupResource);
            _kinds = _kinds.Remove(groupResource);
            Generation++;
        }
    }

    public static (string Group, string Version) SplitApiVersion(string apiVersion)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
    }

    private void RemoveViews(string groupResource) =>
        _views = _views.RemoveRange(_views.Where(pair => pair.Value.Kind.GroupResource == groupResource).Select(pair => pair.Key));
}

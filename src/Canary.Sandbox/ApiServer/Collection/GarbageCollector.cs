using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// Does what Kubernetes' garbage collector and namespace controller do: dependents follow their owners (background, foreground,
/// orphan), a terminating namespace is emptied, the objects of a deleted CustomResourceDefinition go. One worker, woken by commits.
/// </summary>
internal sealed partial class GarbageCollector : IAsyncDisposable
{
    private const string DefinitionStore = "customresourcedefinitions.apiextensions.k8s.io";

    private readonly ClusterStore _stores;
    private readonly ResourceRegistry _registry;
    private readonly ObjectDeleter _deleter;
    private readonly ILogger _log;
    private readonly OwnershipGraph _graph = new();
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _worker;

    public GarbageCollector(ClusterStore stores, ResourceRegistry registry, ObjectDeleter deleter, ILogger<GarbageCollector> log)
    {
        (_stores, _registry, _deleter, _log) = (stores, registry, deleter, log);
        stores.Committed += Observe;
        _worker = Task.Run(WorkAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _stores.Committed -= Observe;
        _work.Writer.TryComplete();
        await _worker.ConfigureAwait(false);
    }

    private void Observe(ResourceStore store, StoreEvent change)
    {
        _graph.Observe(store.Key, change);
        var key = new ObjectKey(store.Key, change.Current.Namespace, change.Current.Name, change.Current.Uid);
        if (change.Deleted)
        {
            ObserveDeletion(key, change.Current);
            return;
        }

        if (change.Current.Metadata["ownerReferences"] is JsonArray owners && !JsonNode.DeepEquals(owners, change.Previous?.Metadata["ownerReferences"]))
        {
            Enqueue(() => CheckOwners(key));
        }

        if (change.Current.IsDeleting)
        {
            Enqueue(() => Finalize(key));
        }
    }

    private void ObserveDeletion(ObjectKey key, StoredObject last)
    {
        Enqueue(() => Release(key));
        foreach (var owner in OwnershipGraph.Owners(last))
        {
            Enqueue(() => FinalizeOwner(owner));
        }

        if (key.Store == DefinitionStore)
        {
            var kind = CustomResourceDefinitions.ToKind(last.Root);
            Enqueue(() => Purge(kind));
        }

        if (key.Namespace.Length > 0)
        {
            Enqueue(() => EmptyNamespace(key.Namespace));
        }
    }

    private void Enqueue(Action work) => _work.Writer.TryWrite(work);

    private async Task WorkAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                work();
            }
            catch (ApiException gone) when (gone.Code is 404 or 409)
            {
                // somebody else was faster: what they did is queued as its own work
                LogSkipped(gone.Message);
            }
        }
    }

    // the owner is gone: whoever has no other is deleted
    private void Release(ObjectKey owner)
    {
        foreach (var dependent in _graph.Dependents(owner.Uid))
        {
            CheckOwners(dependent);
        }
    }

    private void CheckOwners(ObjectKey key)
    {
        if (Current(key) is not { } current || _registry.FindResource(key.Store) is not { } kind)
        {
            return;
        }

        var references = OwnershipGraph.References(current).ToList();
        var absent = references.Where(reference => IsAbsent(reference, key)).ToList();
        if (absent.Count == 0)
        {
            return;
        }

        if (absent.Count == references.Count)
        {
            Delete(kind, key, policy: null);
        }
        else
        {
            RemoveReferences(key, reference => absent.Any(gone => gone.Text("uid") == reference.Text("uid")));
        }
    }

    private bool IsAbsent(JsonObject reference, ObjectKey dependent)
    {
        if (_registry.FindKind(reference.Text("apiVersion") ?? "", reference.Text("kind") ?? "") is null)
        {
            return false; // nobody can tell
        }

        var owner = _graph.Find(reference.Text("uid") ?? "");
        return owner is null || (owner.Value.Namespace.Length > 0 && owner.Value.Namespace != dependent.Namespace);
    }

    private void FinalizeOwner(string uid)
    {
        if (_graph.Find(uid) is { } owner && Current(owner) is { IsDeleting: true })
        {
            Finalize(owner);
        }
    }

    private void Finalize(ObjectKey key)
    {
        if (Current(key) is not { IsDeleting: true } current)
        {
            return;
        }

        if (key.Store == "namespaces")
        {
            EmptyNamespace(key.Name);
            return;
        }

        var finalizers = current.Metadata.Items("finalizers")?.Select(item => item.Text()).ToList() ?? [];
        if (finalizers.Contains(ObjectDeleter.Orphan))
        {
            foreach (var dependent in _graph.Dependents(key.Uid))
            {
                RemoveReferences(dependent, reference => reference.Text("uid") == key.Uid);
            }

            RemoveFinalizer(key, ObjectDeleter.Orphan);
        }
        else if (finalizers.Contains(ObjectDeleter.Foreground))
        {
            FinalizeForeground(key);
        }
    }

    private void FinalizeForeground(ObjectKey key)
    {
        foreach (var dependent in _graph.Dependents(key.Uid))
        {
            if (_registry.FindResource(dependent.Store) is { } kind && Current(dependent) is { IsDeleting: false })
            {
                Delete(kind, dependent, _graph.Dependents(dependent.Uid).Count > 0 ? "Foreground" : null);
            }
        }

        var blocked = _graph.Dependents(key.Uid).Any(dependent =>
            OwnershipGraph.References(Current(dependent)).Any(reference => reference.Text("uid") == key.Uid && reference.Flag("blockOwnerDeletion")));
        if (!blocked)
        {
            RemoveFinalizer(key, ObjectDeleter.Foreground);
        }
    }

    private void Purge(ResourceKind kind)
    {
        var store = _stores.For(kind);
        foreach (var stored in store.Latest().In("").ToList())
        {
            store.TryRemove(stored, new StoredObject(stored.Root.Copy()));
        }
    }

    private void EmptyNamespace(string name)
    {
        var namespaces = _stores.For("namespaces");
        if (namespaces.Find("", name) is not { IsDeleting: true } home)
        {
            return;
        }

        var remaining = false;
        foreach (var store in _stores.Stores.Where(store => _registry.FindResource(store.Key) is { Namespaced: true }))
        {
            var kind = _registry.FindResource(store.Key)!; // filtered above
            foreach (var stored in store.Latest().In(name).ToList())
            {
                remaining |= !stored.IsDeleting
                    ? !TryDelete(kind, new ObjectKey(store.Key, name, stored.Name, stored.Uid))
                    : store.Find(name, stored.Name) is not null;
            }
        }

        if (!remaining && !home.HasFinalizers)
        {
            namespaces.TryRemove(home, new StoredObject(home.Root.Copy()));
        }
    }

    private bool TryDelete(ResourceKind kind, ObjectKey key)
    {
        try
        {
            return Delete(kind, key, policy: null);
        }
        catch (ApiException gone) when (gone.Code is 404 or 409)
        {
            return gone.Code == 404;
        }
    }

    private bool Delete(ResourceKind kind, ObjectKey key, string? policy)
    {
        LogCollected(kind.Kind, key.Namespace, key.Name);
        return _deleter.Delete(kind, key.Namespace, key.Name, new DeleteRequest(policy, key.Uid)).Gone;
    }

    private void RemoveReferences(ObjectKey key, Func<JsonObject, bool> which) => Change(key, metadata =>
    {
        var kept = metadata.Items("ownerReferences")?.OfType<JsonObject>().Where(reference => !which(reference)).Select(reference => reference.DeepClone()).ToArray() ?? [];
        metadata.Remove("ownerReferences");
        if (kept.Length > 0)
        {
            metadata["ownerReferences"] = new JsonArray(kept);
        }
    });

    private void RemoveFinalizer(ObjectKey key, string finalizer) => Change(key, metadata =>
    {
        var kept = metadata.Items("finalizers")?.Where(item => item.Text() != finalizer).Select(item => item?.DeepClone()).ToArray() ?? [];
        metadata.Remove("finalizers");
        if (kept.Length > 0)
        {
            metadata["finalizers"] = new JsonArray(kept);
        }
    });

    private void Change(ObjectKey key, Action<JsonObject> change)
    {
        var store = _stores.For(key.Store);
        while (Current(key) is { } current)
        {
            var changed = new StoredObject(current.Root.Copy());
            change(changed.Metadata);
            if (changed.IsDeleting && !changed.HasFinalizers ? store.TryRemove(current, changed) : store.TryReplace(current, changed))
            {
                return;
            }
        }
    }

    private StoredObject? Current(ObjectKey key) => _stores.For(key.Store).Find(key.Namespace, key.Name) is { } found && found.Uid == key.Uid ? found : null;

    [LoggerMessage(EventId = 7001, Level = LogLevel.Debug, Message = "Collected {Kind} {Namespace}/{Name}")]
    private partial void LogCollected(string kind, string @namespace, string name);

    [LoggerMessage(EventId = 7002, Level = LogLevel.Debug, Message = "Skipped garbage collection: {Reason}")]
    private partial void LogSkipped(string reason);
}

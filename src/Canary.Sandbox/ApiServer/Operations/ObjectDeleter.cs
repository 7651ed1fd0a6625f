using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Deletes objects: at once, or by a deletion timestamp when finalizers have to be honoured first. Thread-safe.</summary>
internal sealed class ObjectDeleter(ClusterStore stores, TimeProvider time)
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    /// <returns>The object's last state, and whether it is gone.</returns>
    /// <exception cref="ApiException">404, or 409 for a failed precondition.</exception>
    public (StoredObject Last, bool Gone) Delete(ResourceKind kind, string @namespace, string name, DeleteRequest request)
    {
        var store = stores.For(kind);
        while (true)
        {
            var current = store.Find(@namespace, name) ?? throw ApiErrors.NotFound(kind, name);
            CheckPreconditions(kind, current, request);
            var last = new StoredObject(current.Root.Copy());
            var waits = AddFinalizer(last.Metadata, request.Policy);
            var isNamespace = kind is { Group: "", Plural: "namespaces" };
            if (waits || isNamespace)
            {
                if (current.IsDeleting && JsonNode.DeepEquals(current.Metadata["finalizers"], last.Metadata["finalizers"]))
                {
                    return (current, false);
                }

                Mark(last, isNamespace);
            }

            if (request.DryRun)
            {
                return (last, !waits);
            }

            if (waits || isNamespace ? store.TryReplace(current, last) : store.TryRemove(current, last))
            {
                return (last, !waits && !isNamespace);
            }
        }
    }

    private static void CheckPreconditions(ResourceKind kind, StoredObject current, DeleteRequest request)
    {
        if (request.Uid is { } uid && uid != current.Uid)
        {
            throw ApiErrors.Conflict(kind, current.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
        }

        if (request.ResourceVersion is { } version && version != current.Metadata.Text("resourceVersion"))
        {
            throw ApiErrors.Conflict(kind, current.Name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {current.Metadata.Text("resourceVersion")}");
        }
    }

    // the policy is carried to the garbage collector by a finalizer
    private static bool AddFinalizer(JsonObject metadata, string? policy)
    {
        var wanted = policy switch { "Foreground" => Foreground, "Orphan" => Orphan, _ => null };
        var finalizers = metadata.Items("finalizers")?.Select(item => item.Text() ?? "").ToList() ?? [];
        if (policy is not null)
        {
            finalizers.RemoveAll(name => name is Foreground or Orphan && name != wanted);
        }

        if (wanted is not null && !finalizers.Contains(wanted))
        {
            finalizers.Add(wanted);
        }

        metadata.Remove("finalizers");
        if (finalizers.Count > 0)
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(name => JsonValue.Create(name))]);
        }

        return finalizers.Count > 0;
    }

    private void Mark(StoredObject last, bool isNamespace)
    {
        if (last.IsDeleting)
        {
            return;
        }

        last.Metadata["deletionTimestamp"] = ManagedFields.Timestamp(time.GetUtcNow());
        last.Metadata["deletionGracePeriodSeconds"] = 0L;
        if (last.Metadata.Whole("generation") is { } generation)
        {
            last.Metadata["generation"] = generation + 1;
        }

        if (isNamespace)
        {
            last.Root.FieldsOrNew("status")["phase"] = "Terminating";
        }
    }
}

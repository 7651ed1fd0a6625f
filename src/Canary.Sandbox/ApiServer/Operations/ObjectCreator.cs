using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Creates objects. Thread-safe.</summary>
internal sealed class ObjectCreator(ClusterStore stores, TimeProvider time)
{
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <param name="view">The resource in the version of the request.</param>
    /// <param name="namespace">From the request's path; empty for cluster resources.</param>
    /// <param name="body">The object; it is changed.</param>
    /// <param name="options">How.</param>
    /// <param name="applied">Whether the body carries managedFields of a server-side apply.</param>
    /// <exception cref="ApiException">400, 403, 404 (namespace), 409 or 422.</exception>
    public StoredObject Create(ResourceView view, string @namespace, JsonObject body, WriteOptions options, bool applied = false)
    {
        for (var attempt = 0; ; attempt++)
        {
            var created = Build(view, @namespace, body.Copy(), options, applied);
            var store = stores.For(view.Kind);
            if (options.DryRun ? store.Find(created.Namespace, created.Name) is null : store.TryAdd(created))
            {
                return created;
            }

            // a generated name that is taken is drawn again
            if (body.Text("metadata", "name") is { Length: > 0 } || attempt == 7)
            {
                throw ApiErrors.AlreadyExists(view.Kind, created.Name);
            }
        }
    }

    private StoredObject Build(ResourceView view, string @namespace, JsonObject root, WriteOptions options, bool applied)
    {
        var now = time.GetUtcNow();
        var metadata = root.FieldsOrNew("metadata");
        PlaceInNamespace(view.Kind, @namespace, metadata);
        if (metadata.Text("name") is not { Length: > 0 } && metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            metadata["name"] = (prefix.Length > 58 ? prefix[..58] : prefix) + RandomNumberGenerator.GetString(NameAlphabet, 5);
        }

        if (metadata.Text("resourceVersion") is { Length: > 0 })
        {
            throw ApiErrors.BadRequest("resourceVersion should not be set on objects to be created");
        }

        foreach (var name in new[] { "resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation" })
        {
            metadata.Remove(name);
        }

        if (!applied)
        {
            metadata.Remove("managedFields");
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = ManagedFields.Timestamp(now);
        if (view.Kind.TracksGeneration)
        {
            metadata["generation"] = 1L;
        }

        if (view.Version.HasStatus)
        {
            root.Remove("status");
        }

        if (!applied)
        {
            OwnWhatWasSent(view, root, options, now);
        }

        ObjectPreparation.Prepare(view, root, null, options);
        if (view.Version.HasStatus && !view.Kind.IsCustom && root["status"] is null)
        {
            root["status"] = new JsonObject();
        }

        view.Kind.Behaviour.PrepareForCreate?.Invoke(root);
        return new StoredObject(view.ToStorage(root));
    }

    // before defaults are filled in: those are nobody's
    private static void OwnWhatWasSent(ResourceView view, JsonObject root, WriteOptions options, DateTimeOffset now) =>
        ManagedFields.Update(null, root, view.Version.Structure, Writer.Update(options.Manager, view.ApiVersion), now);

    private void PlaceInNamespace(ResourceKind kind, string @namespace, JsonObject metadata)
    {
        if (!kind.Namespaced)
        {
            metadata.Remove("namespace");
            return;
        }

        if (metadata.Text("namespace") is { Length: > 0 } given && given != @namespace)
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        metadata["namespace"] = @namespace;
        var home = stores.For("namespaces").Find("", @namespace) ?? throw new ApiException(404, "NotFound", $"namespaces \"{@namespace}\" not found",
            new JsonObject { ["name"] = @namespace, ["kind"] = "namespaces" });
        if (home.IsDeleting)
        {
            throw ApiErrors.Forbidden(kind, metadata.Text("name") ?? "", $"unable to create new content in namespace {@namespace} because it is being terminated");
        }
    }
}

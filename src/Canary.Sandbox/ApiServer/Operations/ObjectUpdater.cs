using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Updates objects, by replacement or patch. Thread-safe: reads, changes, compares and swaps, and tries again on a lost race.</summary>
internal sealed class ObjectUpdater(ClusterStore stores, TimeProvider time)
{
    private const int Attempts = 100;

    private static readonly string[] KeptMetadata =
        ["name", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName", "selfLink"];

    /// <param name="view">The resource in the version of the request.</param>
    /// <param name="namespace">Empty for cluster resources.</param>
    /// <param name="name">Name of the object.</param>
    /// <param name="subresource">Empty, <c>status</c> or <c>scale</c>.</param>
    /// <param name="options">How.</param>
    /// <param name="change">From a copy of the current object, in the request's version, to the wanted one. May be called again.</param>
    /// <param name="applied">Whether the result carries managedFields of a server-side apply.</param>
    /// <returns>What is stored now; the former version when nothing changed.</returns>
    /// <exception cref="ApiException">400, 404, 409 or 422.</exception>
    public StoredObject Update(
        ResourceView view, string @namespace, string name, string subresource, WriteOptions options, Func<JsonObject, JsonObject> change, bool applied = false)
    {
        var store = stores.For(view.Kind);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var current = store.Find(@namespace, name) ?? throw ApiErrors.NotFound(view.Kind, name);
            var before = view.FromStorage(current.Root);
            var after = change(before.Copy());
            CheckIdentity(view.Kind, before, after);
            after = Merge(view, before, after, subresource, options, applied);
            if (JsonNode.DeepEquals(before, after))
            {
                return current;
            }

            var replacement = new StoredObject(view.ToStorage(after));
            if (options.DryRun)
            {
                return replacement;
            }

            var gone = replacement.IsDeleting && !replacement.HasFinalizers && !IsNamespace(view.Kind);
            if (gone ? store.TryRemove(current, replacement) : store.TryReplace(current, replacement))
            {
                return replacement;
            }
        }

        throw ApiErrors.Modified(view.Kind, name);
    }

    private static bool IsNamespace(ResourceKind kind) => kind is { Group: "", Plural: "namespaces" };

    private static void CheckIdentity(ResourceKind kind, JsonObject before, JsonObject after)
    {
        var (was, now) = (before.Fields("metadata"), after.Fields("metadata"));
        var name = was.Text("name") ?? "";
        if (now.Text("name") is { Length: > 0 } given && given != name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({given}) does not match the name on the URL ({name})");
        }

        if (now.Text("namespace") is { Length: > 0 } place && place != was.Text("namespace"))
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        if (now.Text("uid") is { Length: > 0 } uid && uid != was.Text("uid"))
        {
            throw ApiErrors.Conflict(kind, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {was.Text("uid")}");
        }

        var version = now.Text("resourceVersion");
        if (string.IsNullOrEmpty(version) || version == "0")
        {
            if (!kind.AllowsUnconditionalUpdate)
            {
                throw ApiErrors.Invalid(kind, name, [StatusCause.Invalid("metadata.resourceVersion", "0", "must be specified for an update")]);
            }
        }
        else if (version != was.Text("resourceVersion"))
        {
            throw long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? ApiErrors.Modified(kind, name)
                : ApiErrors.Invalid(kind, name, [StatusCause.Invalid("metadata.resourceVersion", $"\"{version}\"", "strconv.ParseUint: parsing: invalid syntax")]);
        }
    }

    private JsonObject Merge(ResourceView view, JsonObject before, JsonObject after, string subresource, WriteOptions options, bool applied)
    {
        var managed = after.Items("metadata", "managedFields");
        after = subresource == "status" ? OnlyStatus(before, after) : after;
        var metadata = after.FieldsOrNew("metadata");
        Keep(before.Fields("metadata"), metadata);
        if (subresource != "status" && view.Version.HasStatus)
        {
            CopyField(before, after, "status");
        }

        // a client may give up all ownership, and nothing else about it
        var reset = managed is [JsonObject { Count: 0 }] or { Count: 0 };
        if (!applied)
        {
            metadata.Remove("managedFields");
            if (!reset && before.Items("metadata", "managedFields") is { } known)
            {
                metadata["managedFields"] = known.DeepClone();
            }
        }
        else if (managed is not null && !ReferenceEquals(metadata["managedFields"], managed))
        {
            metadata["managedFields"] = managed.DeepClone();
        }

        ObjectPreparation.Prepare(view, after, before, options);
        CheckFinalizers(view.Kind, before, after);
        if (view.Kind.TracksGeneration && !(SameSpec(before, after) && (!view.Kind.Behaviour.GenerationCountsAnnotations || SameAnnotations(before, after))))
        {
            metadata["generation"] = (before.Whole("metadata", "generation") ?? 0) + 1;
        }

        if (!applied && !JsonNode.DeepEquals(before, after))
        {
            var writer = Writer.Update(options.Manager, view.ApiVersion, subresource);
            ManagedFields.Update(reset ? WithoutOwners(before) : before, after, view.Version.Structure, writer, time.GetUtcNow());
        }

        return after;
    }

    private static JsonObject WithoutOwners(JsonObject before)
    {
        var copy = before.Copy();
        copy.Fields("metadata")?.Remove("managedFields");
        return copy;
    }

    private static JsonObject OnlyStatus(JsonObject before, JsonObject after)
    {
        var result = before.Copy();
        CopyField(after, result, "status");
        return result;
    }

    private static void Keep(JsonObject? before, JsonObject metadata)
    {
        foreach (var name in KeptMetadata.Append("resourceVersion"))
        {
            metadata.Remove(name);
            if (before?[name] is { } value)
            {
                metadata[name] = value.DeepClone();
            }
        }
    }

    private static void CopyField(JsonObject from, JsonObject to, string name)
    {
        to.Remove(name);
        if (from.TryGetPropertyValue(name, out var value))
        {
            to[name] = value?.DeepClone();
        }
    }

    private static void CheckFinalizers(ResourceKind kind, JsonObject before, JsonObject after)
    {
        if (before.At("metadata", "deletionTimestamp") is null)
        {
            return;
        }

        var known = before.Items("metadata", "finalizers")?.Select(item => item.Text()).ToHashSet() ?? [];
        var added = after.Items("metadata", "finalizers")?.Select(item => item.Text()).Where(item => !known.Contains(item)).ToList() ?? [];
        if (added.Count > 0)
        {
            var list = string.Join(", ", added.Select(item => $"\"{item}\""));
            throw ApiErrors.Invalid(kind, before.Text("metadata", "name") ?? "",
                [StatusCause.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{list}}}")]);
        }
    }

    private static bool SameAnnotations(JsonObject before, JsonObject after) => JsonNode.DeepEquals(before.At("metadata", "annotations"), after.At("metadata", "annotations"));

    // everything but metadata and status counts as spec
    private static bool SameSpec(JsonObject before, JsonObject after)
    {
        var names = before.Select(field => field.Key).Union(after.Select(field => field.Key)).Where(name => name is not ("metadata" or "status" or "apiVersion" or "kind"));
        return names.All(name => JsonNode.DeepEquals(before[name], after[name]));
    }
}

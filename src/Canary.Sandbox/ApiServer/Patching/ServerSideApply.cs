using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// Server-side apply: what the manager applies is merged by structure; what it applied before and no longer does is removed unless
/// somebody else owns it too; a value that another manager owns and that would change is a conflict unless forced.
/// </summary>
internal static class ServerSideApply
{
    /// <param name="live">The stored object, or null when it is created.</param>
    /// <param name="config">What is applied.</param>
    /// <param name="structure">How its fields merge.</param>
    /// <param name="writer">The manager, with operation Apply.</param>
    /// <param name="force">Whether conflicts are won.</param>
    /// <param name="now">The time that is noted.</param>
    /// <returns>The merged object with its new managedFields; they are not compared any further.</returns>
    /// <exception cref="ApiException">409 with one cause for each conflict.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject config, StructureNode structure, Writer writer, bool force, DateTimeOffset now)
    {
        var applied = FieldPaths.Of(config, structure);
        var before = live ?? [];
        var merged = live?.Copy() ?? [];
        MergeFields(merged, config, structure);

        var entries = ManagedFields.Read(live);
        var (changed, _) = FieldPaths.Compare(before, merged, structure);
        ResolveConflicts(entries, writer, changed.Intersect(applied), force);

        var previous = entries.GetValueOrDefault(writer)?.Fields ?? new FieldSet();
        var others = entries.Where(pair => pair.Key != writer).Aggregate(new FieldSet(), (all, pair) => all.Union(pair.Value.Fields));
        FieldRemover.Remove(merged, previous.Except(applied).Except(others), applied.Union(others), structure);

        var same = previous.SameAs(applied) && changed.IsEmpty;
        ManagedFields.Own(entries, writer, _ => applied, same ? null : now);
        ManagedFields.Write(merged, entries, live);
        return merged;
    }

    private static void ResolveConflicts(Dictionary<Writer, ManagedFields.Entry> entries, Writer writer, FieldSet changed, bool force)
    {
        var causes = new List<StatusCause>();
        foreach (var (owner, entry) in entries.Where(pair => pair.Key != writer).ToList())
        {
            var contested = entry.Fields.Intersect(changed);
            if (contested.IsEmpty)
            {
                continue;
            }

            var subresource = owner.Subresource.Length == 0 ? "" : $" with subresource \"{owner.Subresource}\"";
            causes.AddRange(contested.Describe().Select(path =>
                new StatusCause("FieldManagerConflict", $"conflict with \"{owner.Manager}\"{subresource} using {owner.ApiVersion}", path)));
            entries[owner] = entry with { Fields = entry.Fields.Except(changed) };
        }

        if (causes.Count > 0 && !force)
        {
            throw ApiErrors.ApplyConflict(causes);
        }
    }

    private static void MergeFields(JsonObject target, JsonObject config, StructureNode place)
    {
        foreach (var (name, value) in config)
        {
            var field = place.Field(name);
            switch (value)
            {
                case JsonObject fields when target[name] is JsonObject known && !field.IsAtomicMap:
                    MergeFields(known, fields, field);
                    break;
                case JsonArray items when target[name] is JsonArray known && field.List != ListKind.Atomic:
                    MergeItems(known, items, field);
                    break;
                default:
                    target[name] = value?.DeepClone();
                    break;
            }
        }
    }

    private static void MergeItems(JsonArray target, JsonArray config, StructureNode place)
    {
        foreach (var item in config)
        {
            var known = target.FirstOrDefault(candidate => SameItem(candidate, item, place));
            if (known is JsonObject fields && item is JsonObject changes)
            {
                MergeFields(fields, changes, place.Item);
            }
            else if (known is null)
            {
                target.Add(item?.DeepClone());
            }
        }
    }

    private static bool SameItem(JsonNode? one, JsonNode? other, StructureNode place) =>
        place.List == ListKind.Map && one is JsonObject left && other is JsonObject right
            ? ListKeys.Of(left, place.Keys) == ListKeys.Of(right, place.Keys)
            : JsonNode.DeepEquals(one, other);
}

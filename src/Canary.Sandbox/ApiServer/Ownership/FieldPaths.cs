using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Computes field sets from objects: what an object sets, and what differs between two.</summary>
internal static class FieldPaths
{
    private static readonly HashSet<string> OwnedMetadata = ["labels", "annotations", "ownerReferences", "finalizers", "generateName"];

    /// <summary>Every path that the object sets, without those that nobody can own (type, name, uid, ...).</summary>
    public static FieldSet Of(JsonObject root, StructureNode structure)
    {
        var set = new FieldSet();
        foreach (var (name, value, place) in RootFields(root, structure))
        {
            Collect(value, place, name == "metadata" ? OwnedMetadata : null, set.Child("f:" + name));
        }

        return set;
    }

    /// <summary>Paths whose value was added or changed, and paths that are gone.</summary>
    public static (FieldSet Changed, FieldSet Removed) Compare(JsonObject before, JsonObject after, StructureNode structure)
    {
        var (changed, removed) = (new FieldSet(), new FieldSet());
        foreach (var (name, value, place) in RootFields(after, structure))
        {
            Diff(before[name], value, place, name == "metadata" ? OwnedMetadata : null, changed.Child("f:" + name), removed.Child("f:" + name));
        }

        foreach (var (name, value, place) in RootFields(before, structure))
        {
            if (!after.ContainsKey(name))
            {
                Collect(value, place, null, removed.Child("f:" + name));
                removed.Child("f:" + name).IsMember = true;
            }
        }

        return (changed.Except(new FieldSet()), removed.Except(new FieldSet()));
    }

    private static IEnumerable<(string Name, JsonNode? Value, StructureNode Place)> RootFields(JsonObject root, StructureNode structure) =>
        root.Where(field => field.Key is not ("apiVersion" or "kind")).Select(field => (field.Key, field.Value, structure.Field(field.Key)));

    private static void Collect(JsonNode? node, StructureNode place, HashSet<string>? only, FieldSet set)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } fields when !place.IsAtomicMap:
                foreach (var (name, value) in fields)
                {
                    if (only is null || only.Contains(name))
                    {
                        Collect(value, place.Field(name), null, set.Child("f:" + name));
                    }
                }

                break;
            case JsonArray { Count: > 0 } items when place.List != ListKind.Atomic:
                foreach (var (key, item) in Keyed(items, place))
                {
                    var child = set.Child(key);
                    child.IsMember = true;
                    if (item is JsonObject)
                    {
                        Collect(item, ItemFields(place), null, child);
                    }
                }

                break;
            default:
                set.IsMember = true;
                break;
        }
    }

    private static void Diff(JsonNode? before, JsonNode? after, StructureNode place, HashSet<string>? only, FieldSet changed, FieldSet removed)
    {
        if (before is JsonObject old && after is JsonObject now && !place.IsAtomicMap)
        {
            foreach (var name in old.Select(field => field.Key).Union(now.Select(field => field.Key)).Where(name => only is null || only.Contains(name)))
            {
                DiffChild(old.ContainsKey(name), old[name], now.ContainsKey(name), now[name], place.Field(name), changed.Child("f:" + name), removed.Child("f:" + name));
            }

            changed.IsMember |= now.Count == 0 && old.Count > 0;
        }
        else if (before is JsonArray oldItems && after is JsonArray nowItems && place.List != ListKind.Atomic)
        {
            var (olds, nows) = (Keyed(oldItems, place), Keyed(nowItems, place));
            foreach (var key in olds.Keys.Union(nows.Keys))
            {
                DiffChild(olds.ContainsKey(key), olds.GetValueOrDefault(key), nows.ContainsKey(key), nows.GetValueOrDefault(key), ItemFields(place), changed.Child(key), removed.Child(key));
            }
        }
        else if (!JsonNode.DeepEquals(before, after))
        {
            if (before is not null)
            {
                Collect(before, place, only, removed);
            }

            if (after is not null)
            {
                CollectAdded(after, place, only, changed);
            }
        }
    }

    private static void DiffChild(bool wasThere, JsonNode? before, bool isThere, JsonNode? after, StructureNode place, FieldSet changed, FieldSet removed)
    {
        if (!isThere)
        {
            Collect(before, place, null, removed);
            removed.IsMember = true;
        }
        else if (!wasThere)
        {
            CollectAdded(after, place, null, changed);
        }
        else
        {
            Diff(before, after, place, null, changed, removed);
        }
    }

    // who creates a map or a list owns the place itself too
    private static void CollectAdded(JsonNode? after, StructureNode place, HashSet<string>? only, FieldSet changed)
    {
        Collect(after, place, only, changed);
        changed.IsMember |= only is null;
    }

    private static StructureNode ItemFields(StructureNode list) => list is BuiltInStructure ? list : list.Item;

    private static Dictionary<string, JsonNode?> Keyed(JsonArray items, StructureNode place)
    {
        var keyed = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            keyed[place.List == ListKind.Map && item is JsonObject fields ? "k:" + ListKeys.Of(fields, place.Keys) : "v:" + ListKeys.Of(item)] = item;
        }

        return keyed;
    }
}

using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// Kubernetes' strategic merge patch for built-in kinds: lists are merged by key, <c>$patch</c> deletes or replaces,
/// <c>$deleteFromPrimitiveList</c> and <c>$retainKeys</c> work; <c>$setElementOrder</c> orders what it names and leaves the rest behind it.
/// </summary>
internal static class StrategicMergeApplier
{
    private const string Directive = "$patch";
    private const string DeleteFromList = "$deleteFromPrimitiveList/";
    private const string ElementOrder = "$setElementOrder/";

    public static JsonObject Apply(JsonObject target, JsonObject patch, StructureNode structure)
    {
        switch (patch.Text(Directive))
        {
            case "replace":
                var replacement = patch.Copy();
                replacement.Remove(Directive);
                return replacement;
            case "delete":
                return [];
            case null or "merge":
                break;
            case var unknown:
                throw ApiErrors.BadRequest($"Unknown patch type found: {unknown}");
        }

        RetainKeys(target, patch);
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeleteFromList, StringComparison.Ordinal))
            {
                RemoveValues(target, name[DeleteFromList.Length..], value);
            }
            else if (!name.StartsWith('$'))
            {
                Merge(target, name, value, structure.Field(name));
            }
        }

        foreach (var (name, value) in patch.Where(field => field.Key.StartsWith(ElementOrder, StringComparison.Ordinal)))
        {
            var field = name[ElementOrder.Length..];
            Order(target.Items(field), value as JsonArray, structure.Field(field).PatchMergeKey);
        }

        return target;
    }

    private static void Merge(JsonObject target, string name, JsonNode? value, StructureNode place)
    {
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject changes when changes.Text(Directive) == "delete":
                target.Remove(name);
                break;
            case JsonObject changes:
                var current = target[name] as JsonObject ?? [];
                var merged = Apply(current, changes, place);
                if (!ReferenceEquals(target[name], merged))
                {
                    target[name] = merged;
                }

                break;
            case JsonArray items when place.List == ListKind.Map:
                MergeMap(target.ItemsOrNew(name), items, place);
                break;
            case JsonArray items when place.List == ListKind.Set:
                MergeSet(target.ItemsOrNew(name), items);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static void MergeMap(JsonArray target, JsonArray patch, StructureNode place)
    {
        if (patch.Any(item => item.Text(Directive) == "replace"))
        {
            target.Clear();
        }

        var key = place.PatchMergeKey!; // a merged list of a built-in kind has one
        foreach (var item in patch.OfType<JsonObject>())
        {
            if (item.Text(Directive) == "replace" && item.Count == 1)
            {
                continue;
            }

            var value = item[key] ?? throw ApiErrors.BadRequest($"map: {item.ToJsonString()} does not contain declared merge key: {key}");
            var current = target.OfType<JsonObject>().FirstOrDefault(candidate => JsonNode.DeepEquals(candidate[key], value));
            if (item.Text(Directive) == "delete")
            {
                if (current is not null)
                {
                    target.Remove(current);
                }
            }
            else if (current is null)
            {
                target.Add(Apply([], item, place.Item));
            }
            else
            {
                Apply(current, item, place.Item);
            }
        }
    }

    private static void MergeSet(JsonArray target, JsonArray patch)
    {
        foreach (var item in patch)
        {
            if (!target.Any(known => JsonNode.DeepEquals(known, item)))
            {
                target.Add(item?.DeepClone());
            }
        }
    }

    private static void RemoveValues(JsonObject target, string name, JsonNode? values)
    {
        if (target.Items(name) is { } items && values is JsonArray removed)
        {
            target[name] = new JsonArray([.. items.Where(item => !removed.Any(value => JsonNode.DeepEquals(value, item))).Select(item => item?.DeepClone())]);
        }
    }

    private static void RetainKeys(JsonObject target, JsonObject patch)
    {
        if (patch.Items("$retainKeys") is { } retained)
        {
            var keep = retained.Select(item => item.Text()).ToHashSet();
            foreach (var name in target.Select(field => field.Key).Where(name => !keep.Contains(name)).ToList())
            {
                target.Remove(name);
            }
        }
    }

    private static void Order(JsonArray? items, JsonArray? order, string? key)
    {
        if (items is null || order is null)
        {
            return;
        }

        var ranked = items.Select((item, index) => (Item: item, Rank: Rank(item, index))).OrderBy(pair => pair.Rank).Select(pair => pair.Item).ToList();
        items.Clear();
        ranked.ForEach(items.Add);

        int Rank(JsonNode? item, int index)
        {
            for (var position = 0; position < order.Count; position++)
            {
                if (key is null ? JsonNode.DeepEquals(order[position], item) : JsonNode.DeepEquals(order[position].At(key), item.At(key)))
                {
                    return position;
                }
            }

            return order.Count + index;
        }
    }
}

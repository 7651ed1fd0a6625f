using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Takes a set of paths out of an object, and the containers that become empty by it.</summary>
internal static class FieldRemover
{
    /// <param name="fields">The object.</param>
    /// <param name="gone">What to remove.</param>
    /// <param name="kept">What somebody owns: a list item or map with an owned part stays.</param>
    /// <param name="place">How the object merges.</param>
    public static void Remove(JsonObject fields, FieldSet gone, FieldSet kept, StructureNode place)
    {
        foreach (var (key, child) in gone.Children)
        {
            var name = key[2..];
            if (!fields.TryGetPropertyValue(name, out var value))
            {
                continue;
            }

            var keptChild = kept.Children.GetValueOrDefault(key);
            var isWhole = child.IsMember && keptChild is null;
            switch (value)
            {
                case JsonObject inner when !isWhole && child.Children.Count > 0:
                    Remove(inner, child, keptChild ?? new FieldSet(), place.Field(name));
                    RemoveIfEmpty(fields, name, inner.Count, keptChild);
                    break;
                case JsonArray items when !isWhole && child.Children.Count > 0:
                    RemoveItems(items, child, keptChild ?? new FieldSet(), place.Field(name));
                    RemoveIfEmpty(fields, name, items.Count, keptChild);
                    break;
                default:
                    if (keptChild is null)
                    {
                        fields.Remove(name);
                    }

                    break;
            }
        }
    }

    private static void RemoveItems(JsonArray items, FieldSet gone, FieldSet kept, StructureNode place)
    {
        foreach (var (key, child) in gone.Children)
        {
            var item = items.FirstOrDefault(candidate => key == (place.List == ListKind.Map && candidate is JsonObject fields
                ? "k:" + ListKeys.Of(fields, place.Keys)
                : "v:" + ListKeys.Of(candidate)));
            var keptChild = kept.Children.GetValueOrDefault(key);
            if (child.IsMember && keptChild is null)
            {
                items.Remove(item);
            }
            else if (item is JsonObject fields)
            {
                Remove(fields, child, keptChild ?? new FieldSet(), place.Item);
            }
        }
    }

    private static void RemoveIfEmpty(JsonObject fields, string name, int count, FieldSet? kept)
    {
        if (count == 0 && kept is null)
        {
            fields.Remove(name);
        }
    }
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary><c>metadata.managedFields</c>: whoever last changed a path owns it.</summary>
internal static class ManagedFields
{
    /// <summary>Writes the ownership that follows from a change into <paramref name="after"/>.</summary>
    public static void Update(JsonObject? before, JsonObject after, StructureNode structure, Writer writer, DateTimeOffset now)
    {
        var entries = Read(before);
        var (changed, removed) = FieldPaths.Compare(before ?? [], after, structure);
        foreach (var (owner, entry) in entries.ToList())
        {
            entries[owner] = entry with { Fields = (owner == writer ? entry.Fields : entry.Fields.Except(changed)).ExceptBelow(removed) };
        }

        if (!changed.IsEmpty || entries.ContainsKey(writer))
        {
            Own(entries, writer, fields => fields.Union(changed), changed.IsEmpty ? null : now);
        }

        Write(after, entries, before);
    }

    public static Dictionary<Writer, Entry> Read(JsonObject? root)
    {
        var entries = new Dictionary<Writer, Entry>();
        foreach (var item in root.Items("metadata", "managedFields") ?? [])
        {
            var writer = new Writer(item.Text("manager") ?? "", item.Text("operation") ?? "", item.Text("apiVersion") ?? "", item.Text("subresource") ?? "");
            entries[writer] = new Entry(FieldSet.FromJson(item.Fields("fieldsV1")), item.Text("time") ?? "");
        }

        return entries;
    }

    /// <param name="entries">All entries.</param>
    /// <param name="writer">Whose entry changes, or begins.</param>
    /// <param name="change">Its new set from its old one.</param>
    /// <param name="now">When; null leaves the time of the entry.</param>
    public static void Own(Dictionary<Writer, Entry> entries, Writer writer, Func<FieldSet, FieldSet> change, DateTimeOffset? now)
    {
        var known = entries.GetValueOrDefault(writer) ?? new Entry(new FieldSet(), "");
        entries[writer] = new Entry(change(known.Fields), now is null ? known.Time : Timestamp(now.Value));
    }

    public static void Write(JsonObject root, Dictionary<Writer, Entry> entries, JsonObject? before)
    {
        var items = new JsonArray();
        foreach (var (writer, entry) in entries.Where(pair => !pair.Value.Fields.IsEmpty))
        {
            var item = new JsonObject
            {
                ["manager"] = writer.Manager,
                ["operation"] = writer.Operation,
                ["apiVersion"] = writer.ApiVersion,
                ["time"] = entry.Time,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = entry.Fields.ToJson(),
            };
            if (writer.Subresource.Length > 0)
            {
                item["subresource"] = writer.Subresource;
            }

            items.Add(item);
        }

        var metadata = root.FieldsOrNew("metadata");
        metadata.Remove("managedFields");
        if (items.Count > 0 || before.Items("metadata", "managedFields") is not null)
        {
            metadata["managedFields"] = items;
        }
    }

    public static string Timestamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal sealed record Entry(FieldSet Fields, string Time);
}

using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Builds <c>meta.k8s.io/v1 Table</c> answers.</summary>
internal static class TableBuilder
{
    public static JsonObject Build(ResourceView view, IEnumerable<StoredObject> objects, IncludeObject include, DateTimeOffset now, JsonObject metadata, bool withColumns = true)
    {
        var rows = new JsonArray();
        foreach (var stored in objects)
        {
            rows.Add(Row(view, stored, include, now));
        }

        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = withColumns ? new JsonArray([.. view.Version.Columns.Select(column => column.ToDefinition())]) : [],
            ["rows"] = rows,
        };
    }

    private static JsonObject Row(ResourceView view, StoredObject stored, IncludeObject include, DateTimeOffset now)
    {
        var root = view.FromStorage(stored.Root);
        var row = new JsonObject { ["cells"] = new JsonArray([.. view.Version.Columns.Select(column => column.Cell(root, now))]) };
        if (include != IncludeObject.None)
        {
            row["object"] = include == IncludeObject.Object ? root.DeepClone() : new JsonObject
            {
                ["kind"] = "PartialObjectMetadata",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = root["metadata"]?.DeepClone(),
            };
        }

        return row;
    }
}

using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Columns from a CustomResourceDefinition's <c>additionalPrinterColumns</c>.</summary>
internal static class CustomColumns
{
    private static readonly IReadOnlyList<TableColumn> NameAndAge = [TableColumn.ObjectName, TableColumn.Age];

    public static IReadOnlyList<TableColumn> Read(JsonArray? columns) =>
        columns is null or { Count: 0 } ? NameAndAge : [TableColumn.ObjectName, .. columns.OfType<JsonObject>().Select(Read)];

    private static TableColumn Read(JsonObject column)
    {
        var path = JsonPath.Parse(column.Text("jsonPath") ?? "");
        var type = column.Text("type") ?? "string";
        return new TableColumn(column.Text("name") ?? "", type, (int)(column.Whole("priority") ?? 0), (root, now) => Cell(path.Find(root), type, now))
        {
            Description = column.Text("description") ?? "",
            Format = column.Text("format") ?? "",
        };
    }

    private static JsonNode? Cell(IReadOnlyList<JsonNode?> found, string type, DateTimeOffset now)
    {
        if (found.Count == 0)
        {
            return null;
        }

        var value = found[0];
        return type switch
        {
            "date" => HumanDuration.Since(value.Text(), now),
            "integer" or "number" or "boolean" => value?.DeepClone(),
            _ when found.Count == 1 => value.Text() ?? value?.ToJsonString(),
            _ => found[0].Text() ?? found[0]?.ToJsonString(),
        };
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Checks an object against a structural schema, with a real server's messages. Lists every fault.</summary>
internal static class SchemaValidator
{
    public static List<StatusCause> Validate(JsonNode? node, SchemaNode schema, string path = "")
    {
        var causes = new List<StatusCause>();
        Check(node, schema, path, causes);
        return causes;
    }

    private static void Check(JsonNode? node, SchemaNode schema, string path, List<StatusCause> causes)
    {
        if (node is null)
        {
            if (!schema.Nullable && schema.Type.Length > 0)
            {
                causes.Add(new StatusCause("FieldValueTypeInvalid", $"Invalid value: \"null\": {path} in body must be of type {schema.Type}: \"null\"", path));
            }

            return;
        }

        if (!HasType(node, schema))
        {
            var wanted = schema.IntOrString ? "integer,string" : schema.Type;
            causes.Add(new StatusCause("FieldValueTypeInvalid", $"Invalid value: \"{node.TypeName()}\": {path} in body must be of type {wanted}: \"{node.TypeName()}\"", path));
            return;
        }

        CheckEnum(node, schema, path, causes);
        switch (node)
        {
            case JsonObject fields:
                CheckFields(fields, schema, path, causes);
                break;
            case JsonArray items:
                CheckItems(items, schema, path, causes);
                break;
            default:
                if (node.IsText(out var text))
                {
                    CheckText(text, schema, path, causes);
                }
                else if (node.TryGetNumber(out var number))
                {
                    CheckNumber(number, schema, path, causes);
                }

                break;
        }

        CheckCombinations(node, schema, path, causes);
    }

    private static bool HasType(JsonNode node, SchemaNode schema)
    {
        var actual = node.TypeName();
        return schema.IntOrString ? actual is "integer" or "string" : schema.Type switch
        {
            "" => true,
            "number" => actual is "number" or "integer",
            var wanted => wanted == actual,
        };
    }

    private static void CheckEnum(JsonNode node, SchemaNode schema, string path, List<StatusCause> causes)
    {
        if (schema.Enum is { } allowed && !allowed.Any(value => JsonNode.DeepEquals(value, node)))
        {
            causes.Add(StatusCause.Unsupported(path, Show(node), allowed.Select(Show)));
        }
    }

    private static void CheckFields(JsonObject fields, SchemaNode schema, string path, List<StatusCause> causes)
    {
        foreach (var name in schema.Required)
        {
            if (!fields.ContainsKey(name))
            {
                causes.Add(StatusCause.Required(Join(path, name)));
            }
        }

        foreach (var (name, value) in fields)
        {
            if (schema.Properties.TryGetValue(name, out var property))
            {
                if (path.Length > 0 || name != "metadata")
                {
                    Check(value, property, Join(path, name), causes);
                }
            }
            else if (schema.AdditionalProperties is { } additional)
            {
                Check(value, additional, Join(path, name), causes);
            }
        }

        if (schema.MinProperties is { } least && fields.Count < least)
        {
            causes.Add(StatusCause.Invalid(path, Show(fields), $"{path} in body should have at least {least} properties"));
        }

        if (schema.MaxProperties is { } most && fields.Count > most)
        {
            causes.Add(StatusCause.TooMany(path, fields.Count, most));
        }
    }

    private static void CheckItems(JsonArray items, SchemaNode schema, string path, List<StatusCause> causes)
    {
        if (schema.MinItems is { } least && items.Count < least)
        {
            causes.Add(StatusCause.Invalid(path, items.Count.ToString(CultureInfo.InvariantCulture), $"{path} in body should have at least {least} items"));
        }

        if (schema.MaxItems is { } most && items.Count > most)
        {
            causes.Add(StatusCause.TooMany(path, items.Count, most));
        }

        for (var index = 0; schema.Items is not null && index < items.Count; index++)
        {
            Check(items[index], schema.Items, $"{path}[{index}]", causes);
        }

        CheckUnique(items, schema, path, causes);
    }

    private static void CheckUnique(JsonArray items, SchemaNode schema, string path, List<StatusCause> causes)
    {
        if (!schema.UniqueItems && schema.ListType == "atomic")
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < items.Count; index++)
        {
            var key = schema.ListType == "map" && items[index] is JsonObject item ? ListKeys.Of(item, schema.ListMapKeys) : Show(items[index]);
            if (!seen.Add(key))
            {
                causes.Add(StatusCause.Duplicate($"{path}[{index}]", key));
            }
        }
    }

    private static void CheckText(string text, SchemaNode schema, string path, List<StatusCause> causes)
    {
        var length = text.EnumerateRunes().Count();
        if (schema.MinLength is { } least && length < least)
        {
            causes.Add(StatusCause.Invalid(path, Show(text), $"{path} in body should be at least {least} chars long"));
        }

        if (schema.MaxLength is { } most && length > most)
        {
            causes.Add(StatusCause.TooLong(path, most));
        }

        if (schema.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            causes.Add(StatusCause.Invalid(path, Show(text), $"{path} in body should match '{schema.PatternText}'"));
        }

        if (schema.Format is { } format && !SchemaFormats.Accepts(format, text))
        {
            causes.Add(StatusCause.Invalid(path, Show(text), $"{path} in body must be of type {format}: {Show(text)}"));
        }
    }

    private static void CheckNumber(double number, SchemaNode schema, string path, List<StatusCause> causes)
    {
        var shown = number.ToString(CultureInfo.InvariantCulture);
        if (schema.Minimum is { } least && (schema.ExclusiveMinimum ? number <= least : number < least))
        {
            causes.Add(StatusCause.Invalid(path, shown, $"{path} in body should be greater than{(schema.ExclusiveMinimum ? "" : " or equal to")} {least.ToString(CultureInfo.InvariantCulture)}"));
        }

        if (schema.Maximum is { } most && (schema.ExclusiveMaximum ? number >= most : number > most))
        {
            causes.Add(StatusCause.Invalid(path, shown, $"{path} in body should be less than{(schema.ExclusiveMaximum ? "" : " or equal to")} {most.ToString(CultureInfo.InvariantCulture)}"));
        }

        if (schema.MultipleOf is { } factor && Math.Abs(Math.IEEERemainder(number, factor)) > 1e-9)
        {
            causes.Add(StatusCause.Invalid(path, shown, $"{path} in body should be a multiple of {factor.ToString(CultureInfo.InvariantCulture)}"));
        }

        if (schema.Format == "int32" && number is < int.MinValue or > int.MaxValue)
        {
            causes.Add(StatusCause.Invalid(path, shown, $"{path} in body must be of type int32: \"integer\""));
        }
    }

    private static void CheckCombinations(JsonNode node, SchemaNode schema, string path, List<StatusCause> causes)
    {
        foreach (var part in schema.AllOf)
        {
            Check(node, part, path, causes);
        }

        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(Accepts))
        {
            causes.Add(StatusCause.Invalid(path, Show(node), $"{path} in body must validate at least one schema (anyOf)"));
        }

        if (schema.OneOf.Count > 0 && schema.OneOf.Count(Accepts) != 1)
        {
            causes.Add(StatusCause.Invalid(path, Show(node), $"{path} in body must validate one and only one schema (oneOf)"));
        }

        if (schema.Not is { } not && Accepts(not))
        {
            causes.Add(StatusCause.Invalid(path, Show(node), $"{path} in body must not validate the schema (not)"));
        }

        bool Accepts(SchemaNode part) => Validate(node, part, path.Length == 0 ? "." : path).Count == 0;
    }

    private static string Join(string path, string name) => path.Length == 0 || path == "." ? name : $"{path}.{name}";

    private static string Show(JsonNode? node) => Encoding.UTF8.GetString(JsonTree.Serialize(node));
}

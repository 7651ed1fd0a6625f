using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Canary.Architecture.Schemas;

/// <summary>Checks a value as an API server does with strict field validation. CEL rules are left to a real server and to the mapping, which mirrors them.</summary>
internal static class SchemaValidator
{
    /// <summary>Says in one sentence each, with its path, what is wrong.</summary>
    public static IReadOnlyList<string> Problems(SchemaNode schema, JsonNode? value) => [.. Check(schema, value, "")];

    /// <summary>Copies a value with the defaults of what it leaves out, outermost first, as an API server fills them in.</summary>
    public static JsonNode? WithDefaults(SchemaNode schema, JsonNode? value)
    {
        var copy = value?.DeepClone();
        FillIn(schema, copy);
        return copy;
    }

    private static void FillIn(SchemaNode schema, JsonNode? value)
    {
        if (value is JsonObject map)
        {
            foreach (var (name, property) in schema.Properties)
            {
                if (!map.ContainsKey(name) && property.Json["default"] is { } standard)
                {
                    map[name] = standard.DeepClone();
                }

                FillIn(property, map[name]);
            }
        }
        else if (value is JsonArray list && schema.Items is { } items)
        {
            foreach (var item in list)
            {
                FillIn(items, item);
            }
        }
    }

    private static IEnumerable<string> Check(SchemaNode schema, JsonNode? value, string path)
    {
        if (!HasType(schema, value))
        {
            return [$"{path}: is {value?.ToJsonString() ?? "null"}, expected {schema.Type ?? "integer or string"}"];
        }

        var own = OutOfEnum(schema, value, path);
        return value switch
        {
            JsonObject map => own.Concat(CheckObject(schema, map, path)),
            JsonArray list => own.Concat(CheckArray(schema, list, path)),
            JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => own.Concat(CheckString(schema, (string)scalar!, path)),
            JsonValue scalar when scalar.GetValueKind() == JsonValueKind.Number => own.Concat(CheckNumber(schema, Number(scalar), path)),
            _ => own,
        };
    }

    private static IEnumerable<string> CheckObject(SchemaNode schema, JsonObject map, string path)
    {
        var missing = schema.Strings("required").Where(name => !map.ContainsKey(name)).Select(name => $"{path}.{name}: is missing");
        var known = schema.Properties.ToDictionary();
        var unknown = map.Where(field => !schema.KeepsUnknownFields && schema.Json.ContainsKey("properties") && !known.ContainsKey(field.Key)).Select(field => $"{path}.{field.Key}: is unknown");
        var below = map.Where(field => known.ContainsKey(field.Key)).SelectMany(field => Check(known[field.Key], field.Value, $"{path}.{field.Key}"));
        return missing.Concat(unknown).Concat(below);
    }

    private static IEnumerable<string> CheckArray(SchemaNode schema, JsonArray list, string path)
    {
        var below = list.Index().SelectMany(item => Check(schema.Items!, item.Item, $"{path}[{item.Index}]"));
        return Bounds(schema, "Items", list.Count, path).Concat(Repeated(schema, list, path)).Concat(below);
    }

    private static IEnumerable<string> Repeated(SchemaNode schema, JsonArray list, string path)
    {
        var keys = (string?)schema.Json["x-kubernetes-list-type"] switch
        {
            "map" => list.Select(item => string.Join(",", schema.Strings("x-kubernetes-list-map-keys").Select(key => (item?[key] ?? schema.Items!.Property(key)?.Json["default"])?.ToJsonString()))),
            "set" => list.Select(item => item?.ToJsonString() ?? "null"),
            _ => [],
        };
        return keys.CountBy(key => key).Where(count => count.Value > 1).Select(count => $"{path}: has {count.Key} twice");
    }

    private static IEnumerable<string> CheckString(SchemaNode schema, string text, string path)
    {
        var pattern = (string?)schema.Json["pattern"];
        IEnumerable<string> mismatch = pattern is not null && !Regex.IsMatch(text, pattern, RegexOptions.ECMAScript) ? [$"{path}: is \"{text}\", which does not match {pattern}"] : [];
        return Bounds(schema, "Length", text.Length, path).Concat(mismatch);
    }

    private static IEnumerable<string> CheckNumber(SchemaNode schema, double number, string path)
    {
        if (schema.Json["minimum"] is { } minimum && (number < Number(minimum) || (Excludes("exclusiveMinimum") && number <= Number(minimum))))
        {
            yield return $"{path}: is {number}, below {minimum}";
        }

        if (schema.Json["maximum"] is { } maximum && (number > Number(maximum) || (Excludes("exclusiveMaximum") && number >= Number(maximum))))
        {
            yield return $"{path}: is {number}, above {maximum}";
        }

        bool Excludes(string keyword) => (bool?)schema.Json[keyword] ?? false;
    }

    private static IEnumerable<string> Bounds(SchemaNode schema, string what, int size, string path)
    {
        if (schema.Json["min" + what] is { } least && size < Number(least))
        {
            yield return $"{path}: has {size} {what.ToLowerInvariant()}, at least {least}";
        }

        if (schema.Json["max" + what] is { } most && size > Number(most))
        {
            yield return $"{path}: has {size} {what.ToLowerInvariant()}, at most {most}";
        }
    }

    private static IEnumerable<string> OutOfEnum(SchemaNode schema, JsonNode? value, string path) =>
        schema.Json["enum"] is JsonArray allowed && !allowed.Any(item => JsonNode.DeepEquals(item, value))
            ? [$"{path}: is {value?.ToJsonString()}, one of {allowed.ToJsonString()}"]
            : [];

    private static bool HasType(SchemaNode schema, JsonNode? value)
    {
        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        return schema.Type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "number" => kind == JsonValueKind.Number,
            "integer" => kind == JsonValueKind.Number && double.IsInteger(Number(value!)),
            null => schema.IsIntOrString && (kind == JsonValueKind.String || (kind == JsonValueKind.Number && double.IsInteger(Number(value!)))),
            _ => false,
        };
    }

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Reads and writes the JSON trees that are stored. Trees are fully materialised when parsed, so that many readers may share one.</summary>
internal static class JsonTree
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 256 };

    /// <summary>Parses UTF-8 JSON. Duplicate keys are reported in <paramref name="duplicates"/> by path; the last one wins, as in a real server.</summary>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, List<string>? duplicates = null)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 256 });
        reader.Read();
        var node = ReadValue(ref reader, "", duplicates);
        if (reader.Read())
        {
            throw new JsonException("there is text after the end of the JSON document");
        }

        return node;
    }

    public static JsonNode? Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    public static JsonObject ParseObject(string json) => Parse(json) as JsonObject ?? throw new JsonException("the JSON document is not an object");

    public static byte[] Serialize(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(node, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(JsonNode? node, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        WriteTo(node, writer);
        writer.Flush();
    }

    public static void WriteTo(JsonNode? node, Utf8JsonWriter writer)
    {
        if (node is null)
        {
            writer.WriteNullValue();
            return;
        }

        node.WriteTo(writer);
    }

    public static Utf8JsonWriter Writer(IBufferWriter<byte> output) => new(output, WriterOptions);

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, string path, List<string>? duplicates)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var fields = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!; // property names are never null
                    reader.Read();
                    var childPath = duplicates is null ? "" : path.Length == 0 ? name : path + "." + name;
                    var value = ReadValue(ref reader, childPath, duplicates);
                    if (duplicates is not null && fields.ContainsKey(name))
                    {
                        duplicates.Add(childPath);
                    }

                    fields[name] = value;
                }

                return fields;
            case JsonTokenType.StartArray:
                var items = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue(ref reader, duplicates is null ? "" : $"{path}[{items.Count}]", duplicates));
                }

                return items;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var whole) ? JsonValue.Create(whole) : JsonValue.Create(reader.GetDouble());
            default:
                return null;
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// Reads Kubernetes' protobuf envelope (<c>k8s\0</c> and a <c>runtime.Unknown</c>) into the JSON form. Answers are always JSON, which
/// clients that send protobuf accept too. A field outside <see cref="ProtobufMessages"/> is refused rather than lost.
/// </summary>
internal static class ProtobufDecoder
{
    /// <exception cref="ApiException">400 for what is damaged, 415 for a kind or field that is not known here.</exception>
    public static JsonObject Decode(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("k8s\0"u8))
        {
            throw ApiErrors.BadRequest("provided data does not appear to be a protobuf message");
        }

        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = default;
        var envelope = new ProtobufScanner(body[4..]);
        while (envelope.Next(out var number))
        {
            var value = envelope.Bytes();
            if (number == 1)
            {
                (apiVersion, kind) = ReadType(value);
            }
            else if (number == 2)
            {
                raw = value;
            }
        }

        var root = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        foreach (var (name, value) in ReadMessage(kind, raw).ToList())
        {
            root[name] = value?.DeepClone();
        }

        return root;
    }

    private static (string ApiVersion, string Kind) ReadType(ReadOnlySpan<byte> bytes)
    {
        var (apiVersion, kind) = ("", "");
        var scanner = new ProtobufScanner(bytes);
        while (scanner.Next(out var number))
        {
            var text = Encoding.UTF8.GetString(scanner.Bytes());
            (apiVersion, kind) = number == 1 ? (text, kind) : (apiVersion, text);
        }

        return (apiVersion, kind);
    }

    private static JsonObject ReadMessage(string message, ReadOnlySpan<byte> bytes)
    {
        var fields = ProtobufMessages.Find(message) ?? throw ApiErrors.UnsupportedMediaType($"application/json, application/yaml (protobuf {message} is not known to the sandbox)");
        var result = new JsonObject();
        var scanner = new ProtobufScanner(bytes);
        while (scanner.Next(out var number))
        {
            if (!fields.TryGetValue(number, out var field))
            {
                // the server owns a status; what else is sent must not be lost
                if (!scanner.SkipIsEmpty() && number != 3)
                {
                    throw ApiErrors.UnsupportedMediaType($"application/json, application/yaml (protobuf {message} field {number} is not known to the sandbox)");
                }

                continue;
            }

            Store(result, field, ref scanner);
        }

        return result;
    }

    private static void Store(JsonObject result, ProtobufField field, ref ProtobufScanner scanner)
    {
        if (field.IsMap)
        {
            var (key, value) = ReadEntry(scanner.Bytes(), field.Type);
            result.FieldsOrNew(field.Name)[key] = value;
        }
        else if (field.Repeated)
        {
            result.ItemsOrNew(field.Name).Add(ReadValue(ref scanner, field.Type, keepZero: true));
        }
        else if (ReadValue(ref scanner, field.Type, keepZero: false) is { } value)
        {
            result[field.Name] = value;
        }
    }

    private static (string Key, JsonNode? Value) ReadEntry(ReadOnlySpan<byte> bytes, string type)
    {
        var key = "";
        JsonNode? value = null;
        var scanner = new ProtobufScanner(bytes);
        while (scanner.Next(out var number))
        {
            if (number == 1)
            {
                key = Encoding.UTF8.GetString(scanner.Bytes());
            }
            else
            {
                value = ReadValue(ref scanner, type, keepZero: true);
            }
        }

        return (key, value);
    }

    // Go writes fields that are not pointers even when they are empty; JSON leaves those out
    private static JsonNode? ReadValue(ref ProtobufScanner scanner, string type, bool keepZero)
    {
        switch (type)
        {
            case "s":
                var text = Encoding.UTF8.GetString(scanner.Bytes());
                return text.Length > 0 || keepZero ? text : null;
            case "i" or "I":
                var whole = scanner.Varint();
                return whole != 0 || keepZero || type == "I" ? whole : null;
            case "b" or "B":
                var flag = scanner.Varint() != 0;
                return flag || keepZero || type == "B" ? flag : null;
            case "bytes":
                return Convert.ToBase64String(scanner.Bytes());
            case "time":
                return ReadTime(scanner.Bytes());
            case "quantity":
                return ReadQuantity(scanner.Bytes());
            case "port":
                return ReadIntOrString(scanner.Bytes());
            default:
                var message = ReadMessage(type, scanner.Bytes());
                return message.Count > 0 || keepZero ? message : null;
        }
    }

    private static JsonValue? ReadTime(ReadOnlySpan<byte> bytes)
    {
        long? seconds = null;
        var scanner = new ProtobufScanner(bytes);
        while (scanner.Next(out var number))
        {
            var value = scanner.Varint();
            seconds = number == 1 ? value : seconds;
        }

        return seconds is null ? null : JsonValue.Create(ManagedFields.Timestamp(DateTimeOffset.FromUnixTimeSeconds(seconds.Value)));
    }

    private static JsonValue ReadQuantity(ReadOnlySpan<byte> bytes)
    {
        var text = "0";
        var scanner = new ProtobufScanner(bytes);
        while (scanner.Next(out _))
        {
            text = Encoding.UTF8.GetString(scanner.Bytes());
        }

        return JsonValue.Create(text);
    }

    private static JsonValue? ReadIntOrString(ReadOnlySpan<byte> bytes)
    {
        var (isText, whole, text) = (false, 0L, "");
        var scanner = new ProtobufScanner(bytes);
        while (scanner.Next(out var number))
        {
            switch (number)
            {
                case 1:
                    isText = scanner.Varint() == 1;
                    break;
                case 2:
                    whole = scanner.Varint();
                    break;
                default:
                    text = Encoding.UTF8.GetString(scanner.Bytes());
                    break;
            }
        }

        return isText ? JsonValue.Create(text) : whole == 0 ? null : JsonValue.Create(whole);
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Canary.Core;
using Canary.Core.Traffic;

namespace Canary.Kubernetes.Resources;

/// <summary>Writes a list with value equality as an array.</summary>
internal sealed class ValueListConverter<T> : JsonConverter<ValueList<T>>
{
    /// <inheritdoc />
    public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("a list was expected");
        }

        var converter = Inner(options);
        var items = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(converter.Read(ref reader, typeof(T), options) is { } item ? item : throw new JsonException("a list holds null"));
        }

        return items.ToValueList();
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options)
    {
        var converter = Inner(options);
        writer.WriteStartArray();
        foreach (var item in value)
        {
            converter.Write(writer, item, options);
        }

        writer.WriteEndArray();
    }

    private static JsonConverter<T> Inner(JsonSerializerOptions options) => (JsonConverter<T>)options.GetTypeInfo(typeof(T)).Converter;
}

/// <summary>Writes a revision as its hash.</summary>
internal sealed class RevisionConverter : JsonConverter<Revision>
{
    /// <inheritdoc />
    public override Revision Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { Length: > 0 } hash ? new Revision(hash) : throw new JsonException("a revision is empty");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Revision value, JsonSerializerOptions options) => writer.WriteStringValue(value.Hash);
}

/// <summary>Writes a weight as its percent.</summary>
internal sealed class WeightConverter : JsonConverter<Weight>
{
    /// <inheritdoc />
    public override Weight Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TryGetInt32(out var percent) && percent is >= 0 and <= 100 ? new Weight(percent) : throw new JsonException("a weight is no percent");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Weight value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Percent);
}

/// <summary>Writes a number so that every bit comes back, from servers too.</summary>
/// <remarks>What JSON cannot hold is a text; so is minus zero, which servers read as the whole number 0.</remarks>
internal sealed class DoubleConverter : JsonConverter<double>
{
    /// <inheritdoc />
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType != JsonTokenType.String
        ? reader.GetDouble()
        : reader.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "-0" => -0.0,
            var text => throw new JsonException($"'{text}' is no number"),
        };

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case double.PositiveInfinity:
                writer.WriteStringValue("Infinity");
                break;
            case double.NegativeInfinity:
                writer.WriteStringValue("-Infinity");
                break;
            case double.NaN:
                writer.WriteStringValue("NaN");
                break;
            case 0 when double.IsNegative(value):
                writer.WriteStringValue("-0");
                break;
            default:
                writer.WriteNumberValue(value);
                break;
        }
    }
}

/// <summary>Writes a step as the manifest does: one field that names its kind.</summary>
internal sealed class StepConverter : JsonConverter<Step>
{
    /// <inheritdoc />
    public override Step Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var record = JsonSerializer.Deserialize(ref reader, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<StepRecord>)options.GetTypeInfo(typeof(StepRecord)));
        return record switch
        {
            { SetWeight: { } weight } => new Step.SetWeight(weight),
            { Pause: { } pause } => new Step.Pause(pause.Duration),
            { Analyze: { } analyze } => new Step.Analyze(analyze.AtLeast, analyze.AtMost),
            _ => throw new JsonException("a step has none of setWeight, pause and analyze"),
        };
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Step value, JsonSerializerOptions options)
    {
        var record = value switch
        {
            Step.SetWeight step => new StepRecord(step.To, null, null),
            Step.Pause step => new StepRecord(null, new PauseRecord(step.Duration), null),
            Step.Analyze step => new StepRecord(null, null, new AnalyzeRecord(step.AtLeast, step.AtMost)),
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, "is no known step"),
        };
        JsonSerializer.Serialize(writer, record, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<StepRecord>)options.GetTypeInfo(typeof(StepRecord)));
    }
}

/// <summary>A step as it is stored: one of the three.</summary>
internal sealed record StepRecord(Weight? SetWeight, PauseRecord? Pause, AnalyzeRecord? Analyze);

/// <summary>A pause as it is stored.</summary>
internal sealed record PauseRecord(TimeSpan? Duration);

/// <summary>An analysis as it is stored.</summary>
internal sealed record AnalyzeRecord(TimeSpan AtLeast, TimeSpan AtMost);

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Notifications;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Resources;

/// <summary>The engine's own records, lossless. Their shape belongs to the engine; a number beside them says which shape it is.</summary>
internal static class EngineJson
{
    /// <summary>The field that says which shape a record has.</summary>
    public const string SchemaField = "schema";

    /// <summary>The shape that is written. It rises when a reader of the former one would misunderstand it.</summary>
    public const int Schema = 1;

    /// <summary>Writes the engine's record of a rollout.</summary>
    public static JsonObject Write(RolloutStatus status) => Stamped(status, EngineContext.Default.RolloutStatus);

    /// <summary>Writes the engine's record of the evidence.</summary>
    public static JsonObject Write(AnalysisState state) => Stamped(state, EngineContext.Default.AnalysisState);

    /// <summary>Reads the engine's record of a rollout.</summary>
    /// <exception cref="JsonException">It is not understood.</exception>
    public static RolloutStatus ReadStatus(JsonNode record) => Read(record, RolloutStatus.Initial, EngineContext.Default.RolloutStatus);

    /// <summary>Reads the engine's record of the evidence.</summary>
    /// <exception cref="JsonException">It is not understood.</exception>
    public static AnalysisState ReadState(JsonNode record) => Read(record, AnalysisState.Empty, EngineContext.Default.AnalysisState);

    private static JsonObject Stamped<T>(T value, JsonTypeInfo<T> type)
    {
        var record = JsonSerializer.SerializeToNode(value, type)!.AsObject(); // records are objects
        record.Insert(0, SchemaField, Schema);
        return record;
    }

    private static T Read<T>(JsonNode record, T initial, JsonTypeInfo<T> type)
    {
        if (record is not JsonObject fields)
        {
            throw new JsonException("it is no object");
        }

        if (fields.At(SchemaField).AsInt() is not { } schema || schema > Schema || schema < 1)
        {
            throw new JsonException($"its schema is {fields.At(SchemaField)?.ToJsonString() ?? "missing"}, and this engine reads up to {Schema}");
        }

        // What an older engine did not write yet is as it was at the beginning.
        var whole = fields.DeepClone().AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(initial, type)!.AsObject())
        {
            if (!whole.ContainsKey(name))
            {
                whole[name] = value?.DeepClone();
            }
        }

        return whole.Deserialize(type) ?? throw new JsonException("it is null");
    }
}

/// <summary>Source-generated serialisation of the engine's records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    Converters = [typeof(RevisionConverter), typeof(WeightConverter), typeof(DoubleConverter), typeof(StepConverter),
        typeof(ValueListConverter<Step>), typeof(ValueListConverter<Problem>), typeof(ValueListConverter<string>), typeof(ValueListConverter<double>),
        typeof(ValueListConverter<VirtualServiceReference>), typeof(ValueListConverter<TemplateReference>), typeof(ValueListConverter<TemplateArgument>),
        typeof(ValueListConverter<RetiringRevision>), typeof(ValueListConverter<HistoryEntry>), typeof(ValueListConverter<Condition>),
        typeof(ValueListConverter<DateTimeOffset>), typeof(ValueListConverter<MetricState>), typeof(ValueListConverter<PodMemory>), typeof(ValueListConverter<TestNumbers>),
        typeof(ValueListConverter<BlockRecord>), typeof(ValueListConverter<MetricMemory>),
        typeof(ValueListConverter<NotificationRule>), typeof(ValueListConverter<NotificationEvent>), typeof(ValueListConverter<NotificationTarget>),
        typeof(ValueListConverter<Notification>), typeof(ValueListConverter<MetricLine>), typeof(ValueListConverter<SentMessage>)])]
[JsonSerializable(typeof(RolloutStatus))]
[JsonSerializable(typeof(AnalysisState))]
[JsonSerializable(typeof(StepRecord))]
[JsonSerializable(typeof(Step))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(Weight))]
[JsonSerializable(typeof(Revision))]
[JsonSerializable(typeof(VirtualServiceReference))]
[JsonSerializable(typeof(TemplateReference))]
[JsonSerializable(typeof(TemplateArgument))]
[JsonSerializable(typeof(RetiringRevision))]
[JsonSerializable(typeof(HistoryEntry))]
[JsonSerializable(typeof(Condition))]
[JsonSerializable(typeof(MetricState))]
[JsonSerializable(typeof(PodMemory))]
[JsonSerializable(typeof(TestNumbers))]
[JsonSerializable(typeof(BlockRecord))]
[JsonSerializable(typeof(MetricMemory))]
[JsonSerializable(typeof(NotificationRule))]
[JsonSerializable(typeof(NotificationEvent))]
[JsonSerializable(typeof(NotificationTarget))]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(MetricLine))]
[JsonSerializable(typeof(SentMessage))]
internal sealed partial class EngineContext : JsonSerializerContext;

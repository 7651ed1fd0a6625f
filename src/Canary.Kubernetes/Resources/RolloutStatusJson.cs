using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Resources;

/// <summary>The status of a Rollout: fields for people and tools, and the engine's own record, which alone is read. Pure.</summary>
internal static class RolloutStatusJson
{
    private const string Engine = "engine";

    /// <summary>Reads the engine's record.</summary>
    /// <param name="rollout">The whole Rollout.</param>
    /// <returns>The status, which is the initial one when there is none yet or it cannot be read; and in the latter case, the problem.</returns>
    public static (RolloutStatus Status, Problem? Problem) Read(JsonObject rollout)
    {
        if (rollout.At("status", Engine) is not { } record)
        {
            return (RolloutStatus.Initial, null);
        }

        try
        {
            return (EngineJson.ReadStatus(record), null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException or NotSupportedException)
        {
            return (RolloutStatus.Initial, new Problem(
                "status.engine",
                $"cannot be read ({exception.Message}), so nothing is touched; run the version of the engine that wrote it, or remove status.engine to have the Deployment taken over anew"));
        }
    }

    /// <summary>Writes the whole status.</summary>
    /// <param name="status">What to remember.</param>
    /// <returns>The status of the resource.</returns>
    public static JsonObject Write(RolloutStatus status)
    {
        var written = Public(status);
        written[Engine] = EngineJson.Write(status);
        return written;
    }

    /// <summary>Writes what people see, and leaves a record that could not be read as it is: it may be all that is left of a rollout under way.</summary>
    public static JsonObject WriteBeside(RolloutStatus status, JsonObject rollout)
    {
        var written = Public(status);
        written[Engine] = rollout.At("status", Engine)?.DeepClone();
        return written;
    }

    private static JsonObject Public(RolloutStatus status)
    {
        var candidate = status.Candidate ?? status.Refused?.Arm;
        var weight = status.Candidate is null ? Weight.Zero : status.Traffic?.Weight ?? Weight.Zero;
        var baselineWeight = status.Traffic is { BaselineServes: true } ? WeightSplit.Of(weight, 100, baseline: true).Baseline : 0;
        var written = new JsonObject
        {
            ["phase"] = status.Phase.ToString(),
            ["message"] = status.Message,
            ["observedGeneration"] = status.ObservedGeneration,
        };
        if (status.Stable is { } stable)
        {
            written["stable"] = Write(stable, 100 - weight.Percent - baselineWeight);
        }

        if (candidate is not null)
        {
            written["candidate"] = Write(candidate, weight.Percent);
        }

        if (status.Journey?.Baseline is { } baseline)
        {
            written["baseline"] = Write(baseline, baselineWeight);
        }

        WriteStep(written, status);
        if (status.Verdict is { } verdict)
        {
            written["verdict"] = WithoutNulls(new JsonObject { ["state"] = verdict.State.ToString(), ["reason"] = verdict.Reason, ["analysisRun"] = verdict.AnalysisRun });
        }

        if (status.LastCommand is { } command)
        {
            written["lastCommand"] = WithoutNulls(new JsonObject
            {
                ["id"] = command.Id,
                ["verb"] = command.Verb?.ToString().ToLowerInvariant(),
                ["by"] = command.By,
                ["at"] = JsonReading.Written(command.At),
                ["revision"] = command.Revision?.Hash,
                ["result"] = command.Result.ToString(),
                ["message"] = command.Message,
            });
        }

        if (status.History.Count > 0)
        {
            written["history"] = new JsonArray([.. status.History.Take(10).Select(Write)]);
        }

        if (status.Conditions.Count > 0)
        {
            written["conditions"] = new JsonArray([.. status.Conditions.Select(condition => Write(condition, status.ObservedGeneration))]);
        }

        return written;
    }

    private static JsonObject Write(Arm arm, int percent) => WithoutNulls(new JsonObject
    {
        ["revision"] = arm.Revision.Hash,
        ["replicaSet"] = arm.ReplicaSet,
        ["image"] = arm.Image,
        ["weight"] = percent,
        ["startedAt"] = arm.StartedAt is { } started ? JsonReading.Written(started) : null,
    });

    private static JsonObject Write(HistoryEntry entry) => WithoutNulls(new JsonObject
    {
        ["revision"] = entry.Revision.Hash,
        ["image"] = entry.Image,
        ["outcome"] = entry.Outcome.ToString(),
        ["by"] = entry.By,
        ["reason"] = entry.Reason,
        ["startedAt"] = entry.StartedAt is { } started ? JsonReading.Written(started) : null,
        ["finishedAt"] = JsonReading.Written(entry.FinishedAt),
    });

    private static JsonObject Write(Condition condition, long generation) => new()
    {
        ["type"] = condition.Type,
        ["status"] = condition.Status switch { true => "True", false => "False", null => "Unknown" },
        ["observedGeneration"] = generation,
        ["lastTransitionTime"] = JsonReading.Written(condition.Since),
        ["reason"] = condition.Reason,
        ["message"] = condition.Message,
    };

    private static void WriteStep(JsonObject written, RolloutStatus status)
    {
        if (status is not { Journey: { Stage: Stage.Stepping, Express: false } journey, Plan: { } plan } || journey.Step < 0 || journey.Step >= plan.Steps.Count)
        {
            return;
        }

        var step = plan.Steps[journey.Step];
        var length = step switch
        {
            Step.Pause pause => pause.Duration,
            Step.Analyze analyze => analyze.AtMost,
            _ => null,
        };
        written["step"] = WithoutNulls(new JsonObject
        {
            ["index"] = journey.Step,
            ["of"] = plan.Steps.Count,
            ["kind"] = step.Kind,
            ["startedAt"] = JsonReading.Written(journey.EnteredAt),
            // a step whose clock stands still has no deadline
            ["deadline"] = length is { } duration && journey.HeldSince is null ? JsonReading.Written(journey.EnteredAt + duration) : null,
        });
        written["stepLabel"] = string.Create(CultureInfo.InvariantCulture, $"{journey.Step + 1}/{plan.Steps.Count} {step.Kind}");
    }

    private static JsonObject WithoutNulls(JsonObject fields)
    {
        foreach (var name in fields.Where(field => field.Value is null).Select(field => field.Key).ToList())
        {
            fields.Remove(name);
        }

        return fields;
    }
}

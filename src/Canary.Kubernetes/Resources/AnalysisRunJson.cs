using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;
using Canary.Engine.Ports;
using Canary.Kubernetes.Mapping;

namespace Canary.Kubernetes.Resources;

/// <summary>The evidence of one rollout as a resource. Pure.</summary>
internal static class AnalysisRunJson
{
    private const string Running = "Running";

    // Names may be longer than labels.
    private const int LongestLabel = 63;

    /// <summary>Writes a new AnalysisRun.</summary>
    /// <param name="start">What is compared, and how.</param>
    /// <param name="key">The Rollout.</param>
    /// <param name="owner">The reference to the Rollout.</param>
    public static JsonObject Create(Effect.StartAnalysis start, RolloutKey key, JsonObject owner)
    {
        var run = Written(start, key, owner);
        if (key.Name.Length <= LongestLabel)
        {
            run["metadata"]!["labels"] = new JsonObject { [Names.RolloutLabel] = key.Name }; // just written
        }

        return run;
    }

    private static JsonObject Written(Effect.StartAnalysis start, RolloutKey key, JsonObject owner) => new()
    {
        ["apiVersion"] = "canary.dev/v1alpha1",
        ["kind"] = "AnalysisRun",
        ["metadata"] = new JsonObject
        {
            ["name"] = start.Name,
            ["namespace"] = key.Namespace,
            ["ownerReferences"] = new JsonArray(owner),
        },
        ["spec"] = new JsonObject
        {
            ["rollout"] = key.Name,
            ["stableRevision"] = start.Stable.Hash,
            ["candidateRevision"] = start.Candidate.Hash,
            ["metrics"] = new JsonArray([.. start.Metrics.Select(MetricJson.Write)]),
            ["settings"] = MetricJson.Write(start.Spec),
        },
    };

    /// <summary>Reads an AnalysisRun.</summary>
    /// <param name="run">The whole object.</param>
    /// <returns>What the engine goes on with, or everything that is wrong.</returns>
    public static Mapped<AnalysisRecord> Read(JsonObject run) => Read(run, ReadSpec(run));

    /// <summary>Reads what is compared, and how.</summary>
    /// <param name="run">The whole object; only its name and its spec are read.</param>
    public static AnalysisRunSpec ReadSpec(JsonObject run)
    {
        var problems = new List<Problem>();
        var spec = new Section(run.At("spec") as JsonObject ?? [], $"AnalysisRun {run.NameOf()} spec", problems);
        var settings = AnalysisMapping.Read(spec.Child("settings"));
        var mapping = new MetricMapping(null, problems);
        var metrics = spec.Sections("metrics", 0, 320, "metrics").Select(mapping.Read).OfType<WeighedMetric>().Select(metric => metric.Metric with { Share = metric.Weight ?? 1 }).ToValueList();
        return new AnalysisRunSpec(metrics, settings, problems.ToValueList());
    }

    /// <summary>Reads an AnalysisRun whose spec was read before.</summary>
    /// <param name="run">The whole object.</param>
    /// <param name="spec">Its spec.</param>
    /// <returns>What the engine goes on with, or everything that is wrong.</returns>
    public static Mapped<AnalysisRecord> Read(JsonObject run, AnalysisRunSpec spec)
    {
        List<Problem> problems = [.. spec.Problems];
        var state = AnalysisState.Empty;
        if (run.At("status", "state") is { } record)
        {
            try
            {
                state = EngineJson.ReadState(record);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException or NotSupportedException)
            {
                problems.Add(new Problem($"AnalysisRun {run.NameOf()} status.state", $"cannot be read ({exception.Message}); run the version of the engine that wrote it, or retry the rollout"));
            }
        }

        return Mapped<AnalysisRecord>.Of(() => new AnalysisRecord(run.NameOf(), run.VersionOf(), spec.Metrics, spec.Settings, state), problems);
    }

    /// <summary>Whether an AnalysisRun has ended.</summary>
    public static bool IsFinished(JsonObject run) => run.At("status", "phase").AsText() is not (null or Running);

    /// <summary>Writes the evidence.</summary>
    /// <param name="run">The object as it was.</param>
    /// <param name="state">The evidence.</param>
    /// <param name="verdict">What it says.</param>
    /// <returns>The status of the resource.</returns>
    public static JsonObject Status(JsonObject run, AnalysisState state, Verdict verdict)
    {
        var written = new JsonObject
        {
            ["phase"] = run.At("status", "phase").AsText() ?? Running,
            ["verdict"] = VerdictJson.Write(verdict),
            ["metrics"] = new JsonArray([.. verdict.Metrics.Select(metric => VerdictJson.Write(metric, verdict))]),
            ["state"] = EngineJson.Write(state),
        };
        if ((run.At("status", "startedAt").AsText() ?? run.At("metadata", "creationTimestamp").AsText()) is { } started)
        {
            written["startedAt"] = started;
        }

        if (run.At("status", "finishedAt").AsText() is { } finished)
        {
            written["finishedAt"] = finished;
        }

        return written;
    }

    /// <summary>Writes how it ended, beside the evidence that there is.</summary>
    /// <param name="run">The object as it is.</param>
    /// <param name="outcome">How the rollout ended.</param>
    /// <param name="at">When.</param>
    /// <param name="verdict">What was decided on; null leaves what was last stored.</param>
    /// <returns>The status of the resource.</returns>
    public static JsonObject Finished(JsonObject run, Outcome outcome, DateTimeOffset at, VerdictStatus? verdict = null)
    {
        var status = run.At("status")?.DeepClone() as JsonObject ?? [];
        if (verdict is not null && status.At("verdict", "state").AsText() != verdict.State.ToString())
        {
            status["verdict"] = new JsonObject { ["state"] = verdict.State.ToString(), ["reason"] = verdict.Reason };
        }

        status["phase"] = (outcome, status.At("verdict", "state").AsText()) switch
        {
            (Outcome.Promoted, nameof(VerdictState.Pass)) => "Passed",
            (Outcome.RolledBack, nameof(VerdictState.Fail)) => "Failed",
            (Outcome.Promoted or Outcome.RolledBack, _) => "Inconclusive",
            _ => "Cancelled",
        };
        status["finishedAt"] = JsonReading.Written(at);
        return status;
    }
}

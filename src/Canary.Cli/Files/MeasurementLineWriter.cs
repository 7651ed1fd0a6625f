using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Files;

/// <summary>Writes rounds as <see cref="MeasurementLines"/> reads them. Pure.</summary>
internal static class MeasurementLineWriter
{
    /// <summary>Writes a round.</summary>
    /// <param name="round">The round.</param>
    /// <param name="metrics">The metrics, in the order of the readings.</param>
    /// <returns>One line, without a line break.</returns>
    public static string Write(ReplayRound round, ValueList<MetricSpec> metrics)
    {
        var line = new JsonObject { ["at"] = Time(round.Measurement.At), ["weight"] = round.Exposure.Weight.Percent };
        if (round.Exposure.Since is { } since)
        {
            line["exposedSince"] = Time(since);
        }

        line["pods"] = new JsonArray([.. round.Measurement.Pods.Select(pod => Pod(pod, metrics))]);
        return line.ToJsonString();
    }

    private static JsonObject Pod(PodReading pod, ValueList<MetricSpec> metrics)
    {
        var written = new JsonObject
        {
            ["arm"] = Arms.Write(pod.Arm),
            ["uid"] = pod.Uid,
            ["name"] = pod.Pod,
            ["epoch"] = pod.Epoch,
            ["readySince"] = Time(pod.ReadySince),
            ["at"] = Time(pod.At),
        };
        if (pod.Failure is { } failure)
        {
            written["failure"] = failure;
        }

        var readings = new JsonObject();
        for (var i = 0; i < pod.Metrics.Count && i < metrics.Count; i++)
        {
            if (Reading(pod.Metrics[i]) is { } reading)
            {
                readings[metrics[i].Name] = reading;
            }
        }

        written["metrics"] = readings;
        return written;
    }

    /// <summary>What is no number has no place in the file: it reads as absent.</summary>
    private static JsonObject? Reading(MetricReading reading) => reading switch
    {
        MetricReading.Counts counts => new JsonObject { ["requests"] = counts.Requests, ["errors"] = counts.Errors },
        MetricReading.Buckets { UpperBounds: [.., double.PositiveInfinity] } buckets => new JsonObject
        {
            ["bounds"] = new JsonArray([.. buckets.UpperBounds.Take(buckets.UpperBounds.Count - 1).Select(bound => JsonValue.Create(bound))]),
            ["counts"] = new JsonArray([.. buckets.Cumulative.Select(count => JsonValue.Create(count))]),
        },
        MetricReading.Level level => new JsonObject { ["level"] = level.Value },
        _ => null,
    };

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}

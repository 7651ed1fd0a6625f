using System.Globalization;
using System.Text.Json;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Cli.Files;

/// <summary>Reads JSON Lines: one round of raw counters of every pod a line. The format stands in docs/analysis.md, "Files of measurements".</summary>
internal static class MeasurementLines
{
    /// <summary>More would only repeat themselves.</summary>
    private const int MostProblems = 20;

    /// <summary>Reads a file.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="problems">Receives what is wrong, with its line.</param>
    /// <returns>The rounds in their order.</returns>
    public static IReadOnlyList<RawRound> Read(string text, List<Problem> problems)
    {
        var rounds = new List<RawRound>();
        var number = 0;
        foreach (var line in text.EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace() || problems.Count >= MostProblems)
            {
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(line.ToString());
                if (ReadRound(new Fields(document.RootElement, $"line {number}", problems)) is not { } round)
                {
                    continue;
                }

                if (rounds.Count > 0 && round.At <= rounds[^1].At)
                {
                    problems.Add(new Problem($"line {number}.at", "is not later than the line before; lines stand in the order of time"));
                }

                rounds.Add(round);
            }
            catch (JsonException wrong)
            {
                problems.Add(new Problem($"line {number}", $"is no JSON object ({wrong.Message}); each line is one: {{\"at\": \"2026-01-01T12:00:05Z\", \"pods\": […]}}"));
            }
        }

        return rounds;
    }

    private static RawRound? ReadRound(Fields round)
    {
        if (!round.IsObject())
        {
            return null;
        }

        var at = round.Time("at", required: true);
        var percent = round.Number("weight", required: false, value => value is >= 0 and <= 100 && value == Math.Floor(value), "is a whole percent from 0 to 100");
        var exposed = round.Time("exposedSince", required: false);
        var pods = new List<PodReading>();
        var readings = new List<IReadOnlyDictionary<string, MetricReading>>();
        foreach (var pod in round.Objects("pods"))
        {
            if (at is not null && ReadPod(pod, at.Value) is { } read)
            {
                pods.Add(read);
                readings.Add(ReadMetrics(pod));
            }
        }

        round.Close("at", "weight", "exposedSince", "pods");
        return at is null ? null : new RawRound(at.Value, percent is null ? null : new Weight((int)percent), exposed, pods, readings);
    }

    private static PodReading? ReadPod(Fields pod, DateTimeOffset roundAt)
    {
        var arm = pod.Arm("arm");
        var uid = pod.Text("uid", required: true);
        var name = pod.Text("name", required: false);
        var epoch = pod.Text("epoch", required: false);
        var readySince = pod.Time("readySince", required: false);
        var at = pod.Time("at", required: false);
        var failure = pod.Text("failure", required: false);
        pod.Close("arm", "uid", "name", "epoch", "readySince", "at", "failure", "metrics");
        return arm is null || uid is null
            ? null
            : new PodReading
            {
                Arm = arm.Value,
                Uid = uid,
                Pod = name ?? uid,
                Epoch = epoch ?? "",
                ReadySince = readySince ?? DateTimeOffset.UnixEpoch,
                At = at ?? roundAt,
                Failure = failure,
            };
    }

    private static Dictionary<string, MetricReading> ReadMetrics(Fields pod)
    {
        var readings = new Dictionary<string, MetricReading>(StringComparer.Ordinal);
        foreach (var (name, metric) in pod.Children("metrics"))
        {
            if (ReadMetric(metric) is { } reading)
            {
                readings[name] = reading;
            }
        }

        return readings;
    }

    private static MetricReading? ReadMetric(Fields metric)
    {
        if (!metric.IsObject())
        {
            return null;
        }

        if (metric.Has("requests"))
        {
            metric.Close("requests", "errors");
            var requests = metric.Number("requests", required: true, IsCount, "is a cumulative count, 0 or more");
            var errors = metric.Number("errors", required: true, value => IsCount(value) && !(value > requests), FormattableString.Invariant($"is a cumulative count from 0 to the {requests} requests"));
            return requests is null || errors is null ? null : new MetricReading.Counts(requests.Value, errors.Value);
        }

        if (metric.Has("bounds"))
        {
            metric.Close("bounds", "counts");
            var bounds = metric.Numbers("bounds");
            var counts = metric.Numbers("counts");
            if (bounds is null || counts is null)
            {
                return null;
            }

            if (counts.Count != bounds.Count + 1)
            {
                metric.Note("counts", FormattableString.Invariant($"has {counts.Count} numbers for {bounds.Count} bounds; it is cumulative, with one more for all requests"));
                return null;
            }

            return Rise(metric, "bounds", bounds, strictly: true) && Rise(metric, "counts", counts, strictly: false)
                ? new MetricReading.Buckets([.. bounds, double.PositiveInfinity], counts)
                : null;
        }

        if (metric.Has("level"))
        {
            metric.Close("level");
            return metric.Number("level", required: true, double.IsFinite, "is a finite number") is { } level ? new MetricReading.Level(level) : null;
        }

        metric.Note("", "has neither \"requests\" and \"errors\", nor \"bounds\" and \"counts\", nor a \"level\"");
        return null;
    }

    private static bool Rise(Fields metric, string name, ValueList<double> values, bool strictly)
    {
        for (var i = 0; i < values.Count; i++)
        {
            var before = i == 0 ? strictly ? double.NegativeInfinity : 0 : values[i - 1];
            if (strictly ? values[i] <= before : values[i] < before)
            {
                metric.Note(name, string.Create(CultureInfo.InvariantCulture, $"has {values[i]} after {before}; {(strictly ? "bounds rise, in milliseconds" : "cumulative counts never fall")}"));
                return false;
            }
        }

        return true;
    }

    private static bool IsCount(double value) => value is >= 0 and <= 9007199254740992;
}

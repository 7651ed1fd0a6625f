using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Core.Validation;
using Canary.Kubernetes.Documents;
using Canary.Statistics;

namespace Canary.Cli.Files;

/// <summary>Reads a file of measurements, of whichever kind it is.</summary>
internal static class RecordingFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="metrics">What to judge by; null takes what the file says, or the defaults for what it holds.</param>
    /// <exception cref="UsageException">It cannot be read, or something in it is wrong.</exception>
    public static Recording Read(string path, ValueList<MetricSpec>? metrics)
    {
        var text = Text(path);
        var name = Path.GetFileNameWithoutExtension(path);
        var first = FirstLine(text);
        if (first.Length == 0)
        {
            throw new UsageException($"{path}: is empty; it holds rounds of measurements (canary replay --help)");
        }

        return MeasurementTable.IsHead(first) ? Table(path, name, text, metrics)
            : text.TrimStart()[0] == '{' && first.Contains("\"pods\"", StringComparison.Ordinal) ? Lines(path, name, text, metrics)
            : text.TrimStart()[0] == '{' && !text.Contains("AnalysisRun", StringComparison.Ordinal) ? Lines(path, name, text, metrics)
            : Run(path, text, metrics);
    }

    /// <summary>Reads a file as text.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: cannot be read: {wrong.Message}");
        }
    }

    private static string FirstLine(string text) => text.ReplaceLineEndings("\n").Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "";

    private static Recording Table(string path, string name, string text, ValueList<MetricSpec>? metrics)
    {
        var problems = new List<Problem>();
        var blocks = MeasurementTable.Read(text.TrimStart(), problems);
        if (metrics is not null && metrics is not [MetricSpec.ErrorRate])
        {
            problems.Add(new Problem("--metrics", "a table has requests and errors only: the template must have one metric, an errorRate"));
        }

        Require(path, problems, blocks.Count);
        var spec = new AnalysisSpec { Interval = TypicalInterval([.. blocks.Select(block => block.At)]) };
        return new Recording(name, metrics ?? [InferredMetrics.ErrorRate("errors")], spec, BlockRounds.Of(blocks), []);
    }

    private static Recording Lines(string path, string name, string text, ValueList<MetricSpec>? metrics)
    {
        var problems = new List<Problem>();
        var raw = MeasurementLines.Read(text, problems);
        Require(path, problems, raw.Count);
        var found = raw.SelectMany(round => round.Readings).SelectMany(pod => pod).DistinctBy(pair => pair.Key).ToList();
        var judged = metrics ?? InferredMetrics.Of(found);
        if (judged.Count == 0)
        {
            throw new UsageException($"{path}: no pod has a metric; each has \"metrics\": {{\"errors\": {{\"requests\": 1000, \"errors\": 3}}}}");
        }

        var missing = judged.Where(metric => found.TrueForAll(pair => pair.Key != metric.Name)).Select(metric => metric.Name).ToList();
        if (missing.Count > 0)
        {
            throw new UsageException($"{path}: has no metric {string.Join(" and no metric ", missing)}, which --metrics judges by; it has {string.Join(", ", found.Select(pair => pair.Key))}");
        }

        var spec = new AnalysisSpec
        {
            Interval = TypicalInterval([.. raw.Select(round => round.At)]),
            Baseline = raw.Any(round => round.Pods.Any(pod => pod.Arm == ArmName.Baseline)) ? BaselineKind.Fresh : BaselineKind.Stable,
        };
        var ignored = found.Select(pair => pair.Key).Except(judged.Select(metric => metric.Name)).ToList();
        ValueList<string> notes = ignored.Count == 0 ? [] : [$"not judged, since the template has no such metric: {string.Join(", ", ignored)}"];
        return new Recording(name, judged, spec, ReplaySteps.Count([.. Rounds(raw, judged)]), notes);
    }

    private static Recording Run(string path, string text, ValueList<MetricSpec>? metrics)
    {
        var reading = AnalysisRunDocument.Read(text);
        if (reading.Value is not { } run)
        {
            throw new UsageException(path, reading.Problems);
        }

        var states = run.Metrics.Select(metric => run.State.Metrics.FirstOrDefault(state => state.Name == metric.Name) ?? new MetricState { Name = metric.Name }).ToList();
        var blocks = RunBlocks.Of(run.Metrics, states);
        if (blocks.Count == 0)
        {
            throw new UsageException($"{path}: AnalysisRun {run.Name} has no blocks of measurements in status.state; nothing was measured, or an older engine wrote it");
        }

        var settled = run.Metrics.Zip(states, RunBlocks.Settled).ToValueList();
        if (metrics is not null && !metrics.Select(metric => metric.Name).SequenceEqual(settled.Select(metric => metric.Name)))
        {
            throw new UsageException($"--metrics: has {string.Join(", ", metrics.Select(metric => metric.Name))}; AnalysisRun {run.Name} measured {string.Join(", ", settled.Select(metric => metric.Name))}, in this order");
        }

        ValueList<string> notes = states.Any(state => state.Blocks.Count >= BlockRecord.MostOfHistogram)
            ? [$"older blocks may have been merged (an AnalysisRun keeps {BlockRecord.Most} of each metric, {BlockRecord.MostOfHistogram} of a histogram), so that early moments are coarser than they were"]
            : [];
        return new Recording(run.Name, metrics ?? settled, run.Spec, BlockRounds.Of(blocks, run.State.Steps?.Later), notes);
    }

    private static IEnumerable<ReplayRound> Rounds(IReadOnlyList<RawRound> raw, ValueList<MetricSpec> metrics)
    {
        DateTimeOffset? exposed = null;
        DateTimeOffset? since = null;
        Weight? weight = null;
        foreach (var round in raw)
        {
            exposed = round.ExposedSince ?? exposed ?? (round.Pods.Any(pod => pod.Arm == ArmName.Candidate) && round.Weight is not { Percent: 0 } ? round.At : null);
            if (since is null || (round.Weight is not null && round.Weight != weight))
            {
                since = round.At;
                weight = round.Weight ?? weight;
            }

            var pods = round.Pods.Zip(round.Readings, (pod, readings) => pod.Failure is null
                ? pod with { Metrics = metrics.Select(metric => readings.GetValueOrDefault(metric.Name) ?? new MetricReading.Absent()).ToValueList() }
                : pod);
            yield return new ReplayRound(new Measurement(round.At, pods.ToValueList()), new Exposure(exposed, weight ?? Weight.Zero, since));
        }
    }

    /// <summary>The median distance of two rounds: what patience is counted in.</summary>
    private static TimeSpan TypicalInterval(IReadOnlyList<DateTimeOffset> times)
    {
        var gaps = times.Zip(times.Skip(1), (one, other) => other - one).Where(gap => gap > TimeSpan.Zero).Order().ToList();
        return gaps.Count == 0 ? TimeSpan.FromSeconds(StatisticsDefaults.BlockSeconds) : gaps[gaps.Count / 2];
    }

    private static void Require(string path, List<Problem> problems, int rounds)
    {
        if (problems.Count > 0)
        {
            throw new UsageException(path, problems);
        }

        if (rounds == 0)
        {
            throw new UsageException($"{path}: has no round of measurements");
        }
    }
}

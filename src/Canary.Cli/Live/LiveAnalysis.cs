using Canary.Cli.Commands;
using Canary.Cli.Files;
using Canary.Cli.Output;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Documents;
using Canary.Metrics.Scrape;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Canary.Cli.Live;

/// <summary>Measures both versions' pods until there is proof, or the time is over. Writes nothing to the cluster. One caller.</summary>
internal sealed class LiveAnalysis(Terminal terminal, TimeProvider time, LiveQuestion question)
{
    /// <summary>A cluster that cannot be read for so many rounds on end is given up.</summary>
    private const int MostFailures = 5;

    private readonly List<ReplayRound> _rounds = [];

    /// <summary>Measures and judges.</summary>
    /// <param name="format">How the result is written.</param>
    /// <param name="cancellation">Ends the measuring; what was measured by then is judged.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">The kubeconfig, a template, or the name of the pods' owner is wrong.</exception>
    public async Task<int> RunAsync(OutputFormat format, CancellationToken cancellation)
    {
        var connection = await ClusterReader.ConnectAsync(question.Access, time, cancellation).ConfigureAwait(false);
        using var cluster = connection.Value ?? throw new UsageException([.. connection.Problems.Select(problem => problem.ToString())]);
        var ns = cluster.Namespace;
        ValueList<MetricSpec> metrics;
        AnalysisSpec spec;
        try
        {
            metrics = question.Metrics ?? await TemplatesAsync(cluster, ns, cancellation).ConfigureAwait(false);
            (metrics, spec) = SettingChanges.Apply(metrics, new AnalysisSpec(), question.Settings);
            await MeasureAsync(cluster, ns, metrics, spec, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && _rounds.Count == 0)
        {
            terminal.EndProgress();
            return ExitCode.Inconclusive;
        }
        catch (KubernetesApiException unreachable)
        {
            terminal.EndProgress();
            terminal.Error.WriteLine($"the cluster cannot be read: {unreachable.Message}");
            return ExitCode.Inconclusive;
        }

        terminal.EndProgress();
        var trajectory = Replay.Run(metrics, spec, _rounds);
        if (trajectory.Points.Count == 0)
        {
            terminal.Error.WriteLine("nothing was measured");
            return ExitCode.Inconclusive;
        }

        AnalysisText.Write(terminal, trajectory, format);
        return VerdictText.Exit(trajectory.Decision.State);
    }

    private async Task<ValueList<MetricSpec>> TemplatesAsync(ClusterReader cluster, string ns, CancellationToken cancellation)
    {
        var reading = await cluster.ReadTemplatesAsync(ns, question.Templates, question.Arguments, cancellation).ConfigureAwait(false);
        return reading.Value ?? throw new UsageException([.. reading.Problems.Select(problem => problem.ToString())]);
    }

    private async Task MeasureAsync(ClusterReader cluster, string ns, ValueList<MetricSpec> metrics, AnalysisSpec spec, CancellationToken cancellation)
    {
        using var source = new ScrapeSource(
            ScrapeSource.CreateHandler(),
            Options.Create(new ScrapeOptions()),
            time,
            NullLogger<ScrapeSource>.Instance,
            global::Prometheus.Metrics.WithCustomRegistry(global::Prometheus.Metrics.NewCustomRegistry()));
        using var record = OpenRecord();
        var begin = time.GetUtcNow();
        var state = AnalysisState.Empty;
        using var timer = new PeriodicTimer(spec.Interval, time);
        for (var failures = 0; ;)
        {
            try
            {
                var pods = await PodsAsync(cluster, ns, cancellation).ConfigureAwait(false);
                var round = new ReplayRound(await source.MeasureAsync(metrics, pods, cancellation).ConfigureAwait(false), new Exposure(begin, question.Weight ?? Weight.Zero, begin));
                failures = 0;
                _rounds.Add(round);
                record?.WriteLine(MeasurementLineWriter.Write(round, metrics));
                state = Judge.Advance(metrics, spec, state, round.Exposure, round.Measurement);
                var verdict = Judge.Conclude(metrics, spec, state);
                var elapsed = time.GetUtcNow() - begin;
                terminal.Progress(Glance(verdict, pods, elapsed));
                if (verdict.State == VerdictState.Fail || (verdict.State == VerdictState.Pass && elapsed >= question.AtLeast) || elapsed + spec.Interval > question.For)
                {
                    return;
                }
            }
            catch (KubernetesApiException) when (_rounds.Count > 0 && ++failures < MostFailures)
            {
                // the pods of the round before may still be there, but nobody can say so: the counters are cumulative, so that nothing is lost
                terminal.Progress("the cluster does not answer; tries again");
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested && _rounds.Count > 0)
            {
                return;
            }

            try
            {
                await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_rounds.Count > 0)
            {
                return;
            }
        }
    }

    private async Task<ValueList<PodTarget>> PodsAsync(ClusterReader cluster, string ns, CancellationToken cancellation)
    {
        var stable = await cluster.FindPodsAsync(ns, question.Stable, ArmName.Stable, cancellation).ConfigureAwait(false)
            ?? throw new UsageException($"--stable: there is no such object in namespace {ns}; name another with {PodSelection.Forms}, or another namespace with -n");
        var candidate = await cluster.FindPodsAsync(ns, question.Candidate, ArmName.Candidate, cancellation).ConfigureAwait(false)
            ?? throw new UsageException($"--candidate: there is no such object in namespace {ns}; name another with {PodSelection.Forms}, or another namespace with -n");
        var both = stable.Select(pod => pod.Uid).Intersect(candidate.Select(pod => pod.Uid)).Count();
        return both == 0
            ? [.. stable, .. candidate]
            : throw new UsageException($"--stable and --candidate select {both} pods together; a pod is of one version: narrow one of them down, for example to revision/HASH");
    }

    private StreamWriter? OpenRecord()
    {
        try
        {
            return question.Record is null ? null : new StreamWriter(question.Record) { AutoFlush = true };
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--record {question.Record}: cannot be written: {wrong.Message}");
        }
    }

    private string Glance(Verdict verdict, ValueList<PodTarget> pods, TimeSpan elapsed)
    {
        var metrics = verdict.Metrics.Select(metric => metric.CandidateRequests > 0
            ? $"{metric.Name} {Figures.Percent(metric.CandidateBad / metric.CandidateRequests)} against {Figures.Percent(metric.StableBad / Math.Max(1, metric.StableRequests))}, {Figures.Odds(metric.LogEvidence)}{(metric.Accepted ? ", accepted" : "")}"
            : $"{metric.Name} no requests yet");
        var (stable, candidate) = (pods.Count(pod => pod.Arm == ArmName.Stable), pods.Count(pod => pod.Arm == ArmName.Candidate));
        return $"{Figures.Time(elapsed)} of {Figures.Time(question.For)} | {stable} + {candidate} pods | {string.Join(" | ", metrics)}";
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Canary.Cli.Output;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary><c>canary explain</c>: why the last decision was made.</summary>
internal static class ExplainCommand
{
    public static Command Create(ClusterCall call)
    {
        var access = new AccessOptions();
        var name = ClusterCall.Name(call, access);
        var run = new Option<string?>("--run") { Description = "Another AnalysisRun than that of the last rollout", HelpName = "NAME" };
        var output = SharedOptions.Output();
        var command = new Command("explain", "Says why the last decision was made, with the numbers of its AnalysisRun.") { name, run, output };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => call.RunAsync(access.Read(parsed), async (connection, token) =>
        {
            var key = ClusterCall.Key(connection, parsed.GetRequiredValue(name));
            var reader = new RolloutReader(connection.Api, call.Time);
            if (await reader.ReadAsync(key, token).ConfigureAwait(false) is not { } rollout)
            {
                return await call.MissingAsync(connection, key, token).ConfigureAwait(false);
            }

            if (parsed.GetValue(run) is { } named)
            {
                if (await reader.FindRunAsync(key.Namespace, named, token).ConfigureAwait(false) is not { } other)
                {
                    call.Terminal.Error.WriteLine($"there is no AnalysisRun {named} in namespace {key.Namespace}; kubectl -n {key.Namespace} get analysisruns");
                    return ExitCode.NotFound;
                }

                rollout = rollout with { Run = other };
            }

            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                call.Terminal.Out.WriteLine(Json(rollout).ToJsonString(JsonText.Indented));
                return ExitCode.Pass;
            }

            Write(call.Terminal, rollout);
            return ExitCode.Pass;
        }, cancellation));
        return command;
    }

    /// <summary>Writes the sentence first, then the numbers, then how they came to be.</summary>
    public static void Write(Terminal terminal, RolloutDocument rollout)
    {
        var status = rollout.Status;
        terminal.Out.WriteLine($"{terminal.Coloured(status.Phase.ToString(), RolloutScreen.MoodOf(status.Phase))}  {rollout.Key}: {status.Message}");
        if (status.History is [var last, ..] && status.Journey is null)
        {
            terminal.Out.WriteLine($"Last rollout: {last.Image} ({last.Revision}), {last.Outcome.ToString().ToLowerInvariant()} {Figures.Age(rollout.ReadAt - last.FinishedAt)} ago{(last.By is { } by ? $", by {by}" : "")}: {last.Reason}");
        }

        if (rollout.Run is not { } run)
        {
            terminal.Out.WriteLine("Nothing was analysed, or its AnalysisRun is no longer kept.");
            return;
        }

        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"AnalysisRun {run.Name}: {run.Phase}{(run.StartedAt is { } started ? $", {Figures.Span((run.FinishedAt ?? rollout.ReadAt) - started)} long" : "")}");
        VerdictText.Write(terminal, run.Verdict.State, run.Verdict.Reason, run.Verdict);
        foreach (var metric in run.Verdict.Metrics)
        {
            terminal.Out.WriteLine();
            terminal.Out.WriteLine($"{metric.Name}: {metric.Sentence}");
            foreach (var line in Blocks(run, metric.Name))
            {
                terminal.Out.WriteLine(line);
            }
        }

        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"All of it, round by round: kubectl -n {rollout.Key.Namespace} get analysisrun {run.Name} -o yaml > run.yaml; canary replay run.yaml");
    }

    /// <summary>What was read over time: the last blocks of a metric that counts requests.</summary>
    private static IEnumerable<string> Blocks(RunDocument run, string name)
    {
        var metric = run.State.Metrics.FirstOrDefault(state => state.Name == name);
        var counts = (metric?.Blocks ?? []).Where(block => block.Exposed && block.Stable.Count == 2 && block.Candidate.Count == 2).TakeLast(8).ToList();
        if (counts.Count == 0)
        {
            yield break;
        }

        var grid = new Grid(new GridColumn("until"), new GridColumn("weight", Right: true), new GridColumn("stable", Right: true), new GridColumn("candidate", Right: true));
        foreach (var block in counts)
        {
            grid.Add(Figures.Clock(block.At), block.Weight.ToString(), VerdictText.Arm(block.Stable[1], block.Stable[0], []), VerdictText.Arm(block.Candidate[1], block.Candidate[0], []));
        }

        foreach (var line in grid.Lines(new Style(Terminal.UsualWidth, false, false), "  ", fits: false))
        {
            yield return line;
        }
    }

    private static JsonObject Json(RolloutDocument rollout)
    {
        var written = new JsonObject
        {
            ["namespace"] = rollout.Key.Namespace,
            ["name"] = rollout.Key.Name,
            ["phase"] = rollout.Status.Phase.ToString(),
            ["message"] = rollout.Status.Message,
        };
        if (rollout.Status.History is [var last, ..])
        {
            written["lastRollout"] = new JsonObject
            {
                ["revision"] = last.Revision.Hash,
                ["image"] = last.Image,
                ["outcome"] = last.Outcome.ToString(),
                ["reason"] = last.Reason,
                ["finishedAt"] = JsonText.Time(last.FinishedAt),
            };
        }

        if (rollout.Run is { } run)
        {
            written["analysisRun"] = run.Name;
            written["analysisPhase"] = run.Phase;
            written["verdict"] = VerdictJson.Write(run.Verdict);
        }

        return written;
    }
}

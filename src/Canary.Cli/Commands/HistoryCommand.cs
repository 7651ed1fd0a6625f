using System.CommandLine;
using System.Text.Json.Nodes;
using Canary.Cli.Output;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary><c>canary history</c>: the last rollouts and how they ended.</summary>
internal static class HistoryCommand
{
    public static Command Create(ClusterCall call)
    {
        var access = new AccessOptions();
        var name = ClusterCall.Name(call, access);
        var output = SharedOptions.Output();
        var command = new Command("history", "Lists the last rollouts: what, how it ended, why, by whom.") { name, output };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => call.RunAsync(access.Read(parsed), async (connection, token) =>
        {
            var key = ClusterCall.Key(connection, parsed.GetRequiredValue(name));
            if (await new RolloutReader(connection.Api, call.Time).ReadAsync(key, token).ConfigureAwait(false) is not { } rollout)
            {
                return await call.MissingAsync(connection, key, token).ConfigureAwait(false);
            }

            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                call.Terminal.Out.WriteLine((rollout.Source["status"]?["history"] ?? new JsonArray()).ToJsonString(JsonText.Indented));
                return ExitCode.Pass;
            }

            foreach (var line in Lines(rollout, call.Terminal.Style(), call.Terminal.IsInteractive))
            {
                call.Terminal.Out.WriteLine(line);
            }

            return ExitCode.Pass;
        }, cancellation));
        return command;
    }

    /// <summary>Draws the table. A revision whose ReplicaSet is kept can be gone back to.</summary>
    public static IEnumerable<string> Lines(RolloutDocument rollout, Style style, bool fits)
    {
        if (rollout.Status.History.Count == 0)
        {
            return [$"{rollout.Key} has had no rollouts yet"];
        }

        var grid = new Grid(
            new GridColumn("ENDED"), new GridColumn("REVISION"), new GridColumn("NO", 3, Right: true), new GridColumn("IMAGE", 2, Least: 8, KeepsEnd: true), new GridColumn("OUTCOME"), new GridColumn("TOOK", 4), new GridColumn("BY", 5, Least: 8),
            new GridColumn("WHY", 1, Least: 16));
        foreach (var entry in rollout.Status.History)
        {
            var kept = rollout.ReplicaSetOf(entry.Revision);
            grid.Add(
                $"{Figures.Age(rollout.ReadAt - entry.FinishedAt)} ago",
                entry.Revision.Hash + (entry.Revision == rollout.Status.Stable?.Revision ? " (stable)" : kept is null ? " (gone)" : ""),
                kept?.HistoryRevision?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
                entry.Image,
                new GridCell(Word(entry.Outcome), MoodOf(entry.Outcome)),
                entry.StartedAt is { } started ? Figures.Span(entry.FinishedAt - started) : "",
                entry.By ?? "",
                entry.Reason);
        }

        return grid.Lines(style, fits: fits);
    }

    private static string Word(Outcome outcome) => outcome switch
    {
        Outcome.PromotedAtZero => "promoted at 0",
        Outcome.RolledBack => "rolled back",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    private static Mood MoodOf(Outcome outcome) => outcome switch
    {
        Outcome.Promoted or Outcome.PromotedAtZero => Mood.Good,
        Outcome.RolledBack or Outcome.Aborted => Mood.Bad,
        _ => Mood.Plain,
    };
}

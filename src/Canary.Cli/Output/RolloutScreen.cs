using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Output;

/// <summary>One Rollout on one screen. Pure.</summary>
internal static class RolloutScreen
{
    private const string Indent = "  ";
    private const int MostNews = 5;

    /// <summary>Draws the screen.</summary>
    /// <param name="rollout">What was read.</param>
    /// <param name="style">The room and the colours.</param>
    /// <param name="note">A line that is added for those who watch; null for none.</param>
    public static IReadOnlyList<string> Lines(RolloutDocument rollout, Style style, string? note = null)
    {
        var status = rollout.Status;
        var lines = new List<string> { Head(rollout, style) };
        lines.AddRange(style.Wrap(status.Message, style.Width - Indent.Length).Select(line => Indent + line));
        foreach (var problem in status.Problems.Count > 0 ? status.Problems : rollout.Problems)
        {
            lines.AddRange(style.Wrap($"{problem.Path} {problem.Message}", style.Width - Indent.Length, Indent).Select(line => Indent + style.Paint(line, Mood.Bad)));
        }

        Section(lines, StepLine.Lines(status, style, Indent));
        Section(lines, Arms(rollout, style));
        Section(lines, rollout.Run is { } run ? Analysis(run, status, style) : []);
        Section(lines, Command(rollout, style));
        Section(lines, News(rollout, style));
        if (note is not null)
        {
            Section(lines, [style.Paint(style.Fit(note, style.Width), Mood.Faint)]);
        }

        return lines;
    }

    /// <summary>How a phase is meant.</summary>
    public static Mood MoodOf(Phase phase) => phase switch
    {
        Phase.Healthy => Mood.Good,
        Phase.Degraded or Phase.RollingBack or Phase.Invalid => Mood.Bad,
        _ => Mood.Open,
    };

    /// <summary>One word for a verdict that may still change.</summary>
    public static (string Word, Mood Mood) WordOf(VerdictState state) => state == VerdictState.Running ? ("RUNNING", Mood.Plain) : VerdictText.Word(state);

    /// <summary>The step that a rollout stands in, and how long; null when it stands in none.</summary>
    public static string? StepOf(RolloutDocument rollout)
    {
        if (rollout.Status is not { Journey: { } journey, Plan: { } plan })
        {
            return null;
        }

        if (journey.Stage != Stage.Stepping || journey.Express || journey.Step >= plan.Steps.Count)
        {
            return journey.Stage switch
            {
                Stage.Preparing => "waits for candidate pods",
                Stage.Stepping => "straight to 100 %",
                Stage.Retreating => "goes back to stable",
                _ => "becomes stable",
            };
        }

        var step = plan.Steps[journey.Step];
        var length = step switch { Step.Analyze analyze => analyze.AtMost, Step.Pause pause => pause.Duration, _ => (TimeSpan?)null };
        var spent = (journey.HeldSince ?? rollout.ReadAt) - journey.EnteredAt;
        var clock = step is Step.SetWeight ? "" : length is { } most ? $", {Figures.Span(spent)} of at most {Figures.Span(most)}" : $" for a person, {Figures.Span(spent)} so far";
        return string.Create(CultureInfo.InvariantCulture, $"step {journey.Step + 1} of {plan.Steps.Count}: {step.Kind}{clock}{(journey.HeldSince is null ? "" : ", held")}");
    }

    private static string Head(RolloutDocument rollout, Style style)
    {
        var phase = rollout.Status.Phase.ToString();
        var rest = StepOf(rollout) is { } step ? $"   {step}" : "";
        var name = rollout.Key.ToString();
        return $"{style.Fit(name, Math.Max(10, style.Width - phase.Length - 3))}   {style.Paint(phase, MoodOf(rollout.Status.Phase))}{style.Fit(rest, style.Width - name.Length - phase.Length - 3)}";
    }

    private static void Section(List<string> lines, IEnumerable<string> section)
    {
        var first = true;
        foreach (var line in section)
        {
            if (first)
            {
                lines.Add("");
                first = false;
            }

            lines.Add(line);
        }
    }

    private static IEnumerable<string> Arms(RolloutDocument rollout, Style style)
    {
        var status = rollout.Status;
        if (status.Stable is null)
        {
            return [];
        }

        var weight = rollout.Weight;
        var baseline = status.Traffic is { BaselineServes: true } ? WeightSplit.Of(weight, 100, baseline: true).Baseline : 0;
        var grid = new Grid(
            new GridColumn("arm"), new GridColumn("revision", Least: 8), new GridColumn("image", Least: 8, KeepsEnd: true), new GridColumn("requests", Right: true), new GridColumn("pods ready", Right: true), new GridColumn("age", 1, Right: true));
        grid.Add(Row("stable", status.Stable, 100 - weight.Percent - baseline, rollout));
        if (status.Candidate is { } candidate)
        {
            grid.Add(Row("candidate", candidate, weight.Percent, rollout));
        }

        if (status.Journey?.Baseline is { } fresh)
        {
            grid.Add(Row("baseline", fresh, baseline, rollout));
        }

        if (status.Candidate is null && status.Refused is { } refused)
        {
            grid.Add(Row("refused", refused.Arm, 0, rollout));
        }

        return grid.Lines(style, Indent);
    }

    private static GridCell[] Row(string name, Arm arm, int percent, RolloutDocument rollout)
    {
        var replicaSet = name == "baseline" ? rollout.Revisions.FirstOrDefault(other => other.Name == arm.ReplicaSet) : rollout.ReplicaSetOf(arm.Revision);
        var pods = replicaSet is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{replicaSet.Ready}/{replicaSet.Replicas}");
        var mood = replicaSet is { } set && set.Ready < set.Replicas ? Mood.Open : Mood.Plain;
        return
        [
            name,
            arm.Revision.Hash,
            arm.Image,
            string.Create(CultureInfo.InvariantCulture, $"{percent} %"),
            new GridCell(pods, mood),
            arm.StartedAt is { } started ? Figures.Age(rollout.ReadAt - started) : "",
        ];
    }

    private static IEnumerable<string> Analysis(RunDocument run, RolloutStatus status, Style style)
    {
        var verdict = status.Verdict is { } last && last.AnalysisRun == run.Name ? run.Verdict with { State = last.State, Reason = last.Reason } : run.Verdict;
        foreach (var line in MetricGrid.Lines(verdict, style, Indent))
        {
            yield return line;
        }

        var (word, mood) = WordOf(verdict.State);
        foreach (var line in Labelled(word, mood, verdict.Reason, Mood.Plain, style))
        {
            yield return line;
        }
    }

    /// <summary>A word, and a text beside it over as many lines as it takes.</summary>
    private static IEnumerable<string> Labelled(string label, Mood labelMood, string text, Mood mood, Style style)
    {
        var blank = new string(' ', label.Length + 2);
        return style.Wrap(text, style.Width - Indent.Length - blank.Length).Select((line, index) => Indent + (index == 0 ? style.Paint(label, labelMood) + "  " : blank) + style.Paint(line, mood));
    }

    private static IEnumerable<string> Command(RolloutDocument rollout, Style style)
    {
        if (rollout.Waiting is { } waiting)
        {
            var text = $"{waiting.Verb?.ToString().ToLowerInvariant() ?? "a command"}{By(waiting.By)} waits for the engine";
            return Labelled("command", Mood.Faint, text, Mood.Open, style);
        }

        if (rollout.Status.LastCommand is not { } last)
        {
            return [];
        }

        var told = $"{last.Verb?.ToString().ToLowerInvariant() ?? "a command"}{By(last.By)}, {Figures.Age(rollout.ReadAt - last.At)} ago{(last.Result == CommandResult.Refused ? ", refused" : "")}: {last.Message}";
        return Labelled("command", Mood.Faint, told, last.Result == CommandResult.Refused ? Mood.Bad : Mood.Plain, style);
    }

    private static string By(string? by) => by is null ? "" : $" by {by}";

    private static IEnumerable<string> News(RolloutDocument rollout, Style style)
    {
        foreach (var news in rollout.News.Take(MostNews))
        {
            var age = $"{Figures.Age(rollout.ReadAt - news.At)} ago".PadRight(8);
            yield return Indent + style.Paint(style.Fit($"{age}  {news.Reason}: {news.Message}", style.Width - Indent.Length), news.Warning ? Mood.Open : Mood.Faint);
        }
    }
}

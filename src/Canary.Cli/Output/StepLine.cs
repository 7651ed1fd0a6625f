using Canary.Core;
using Canary.Core.Rollouts;

namespace Canary.Cli.Output;

/// <summary>A plan as one line: the weights, which are done, where it stands.</summary>
internal static class StepLine
{
    /// <summary>Draws the plan of a rollout under way.</summary>
    /// <returns>The line, or several when the terminal is narrow; none when no rollout is under way.</returns>
    public static IEnumerable<string> Lines(RolloutStatus status, Style style, string indent)
    {
        if (status is not { Journey: { } journey, Plan: { } plan })
        {
            yield break;
        }

        var stops = Stops(plan.Steps);
        var line = indent;
        var columns = indent.Length;
        foreach (var (index, stop) in stops.Index())
        {
            var (mark, mood) = Mark(status, journey, stop, index + 1 == stops.Count ? int.MaxValue : stops[index + 1].First, style);
            var text = $"{stop.Percent}% {mark}";
            var link = index == 0 ? "" : $" {style.Link} ";
            if (index > 0 && columns + link.Length + text.Length > style.Width)
            {
                yield return line;
                link = $"{style.Link} ";
                line = indent;
                columns = indent.Length;
            }

            line += style.Paint(link, Mood.Faint) + style.Paint(text, mood);
            columns += link.Length + text.Length;
        }

        yield return line;
    }

    /// <summary>The weights of a plan, each with the first step that belongs to it.</summary>
    private static List<(int Percent, int First)> Stops(ValueList<Step> steps)
    {
        var stops = new List<(int Percent, int First)>();
        foreach (var (index, step) in steps.Index())
        {
            if (step is Step.SetWeight set)
            {
                stops.Add((set.To.Percent, index));
            }
            else if (stops.Count == 0)
            {
                stops.Add((0, index));
            }
        }

        return stops;
    }

    private static (string Mark, Mood Mood) Mark(RolloutStatus status, Journey journey, (int Percent, int First) stop, int next, Style style)
    {
        var retreats = journey.Stage == Stage.Retreating;
        if (journey.Stage is Stage.SwitchingSubset or Stage.ResettingWeights or Stage.HandingOver)
        {
            return (style.Done, Mood.Good);
        }

        if (journey.Express && !retreats)
        {
            return stop.Percent == 100 ? (style.Here, Mood.Open) : (style.Open, Mood.Faint);
        }

        return journey.Stage == Stage.Preparing || journey.Step < stop.First ? (style.Open, Mood.Faint)
            : journey.Step >= next ? (style.Done, Mood.Good)
            : retreats ? (style.Failed, Mood.Bad)
            : (style.Here, status.Pause is null ? Mood.Plain : Mood.Open);
    }
}

using System.Globalization;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Output;

/// <summary>Many Rollouts, a row each. Pure.</summary>
internal static class RolloutTable
{
    /// <summary>Draws the table.</summary>
    /// <param name="rollouts">The Rollouts, in their order.</param>
    /// <param name="style">The room and the colours.</param>
    /// <param name="namespaces">Whether there is a column for the namespace.</param>
    /// <param name="wide">Whether there are all columns.</param>
    /// <param name="fits">Whether it has to fit the width.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<RolloutDocument> rollouts, Style style, bool namespaces, bool wide, bool fits)
    {
        var grid = new Grid(
            new GridColumn("NAMESPACE"), new GridColumn("NAME", Least: 12), new GridColumn("PHASE"), new GridColumn("STEP", 1), new GridColumn("WEIGHT", Right: true), new GridColumn("VERDICT", 2),
            new GridColumn("REVISION", 4), new GridColumn("CANDIDATE", 5), new GridColumn("IMAGE", 6, KeepsEnd: true), new GridColumn("AGE", 3), new GridColumn("MESSAGE", 7, Least: 24));
        foreach (var rollout in rollouts)
        {
            var status = rollout.Status;
            grid.Add(
                namespaces ? rollout.Key.Namespace : "",
                rollout.Key.Name,
                new GridCell(status.Phase.ToString() + (rollout.Waiting is null ? "" : "*"), RolloutScreen.MoodOf(status.Phase)),
                Step(status),
                status.Candidate is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{rollout.Weight.Percent} %"),
                status.Verdict is { } verdict && status.Journey is not null ? new GridCell(verdict.State.ToString(), VerdictText.Word(verdict.State).Mood) : "-",
                status.Stable?.Revision.Hash ?? "-",
                wide ? status.Candidate?.Revision.Hash ?? "-" : "",
                wide ? status.Candidate?.Image ?? status.Stable?.Image ?? "-" : "",
                rollout.CreatedAt is { } created ? Figures.Age(rollout.ReadAt - created) : "",
                wide ? status.Message : "");
        }

        return grid.Lines(style, fits: fits);
    }

    private static string Step(RolloutStatus status) => status is { Journey: { Stage: Stage.Stepping, Express: false } journey, Plan: { } plan } && journey.Step < plan.Steps.Count
        ? string.Create(CultureInfo.InvariantCulture, $"{journey.Step + 1}/{plan.Steps.Count} {plan.Steps[journey.Step].Kind}")
        : "-";
}

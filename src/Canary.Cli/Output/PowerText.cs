using System.Globalization;
using Canary.Cli.Commands;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Cli.Output;

/// <summary>Says for people what a plan can see.</summary>
internal static class PowerText
{
    public static void Write(TextWriter output, PowerQuestion question, PowerAnswer answer)
    {
        output.WriteLine(Head(question));
        output.WriteLine();
        if (question.ErrorRatio is not null)
        {
            Errors(output, question, answer);
        }

        if (answer.Latency.Count > 0)
        {
            Latency(output, question, answer);
        }

        foreach (var warning in answer.Warnings)
        {
            output.WriteLine($"warning: {warning}");
        }

        if (answer.Better is { } better)
        {
            output.WriteLine();
            output.WriteLine($"Faster, and no regression of any size costs more than {Figures.Count(better.Budget)} bad requests until it is seen: --plan {PlanText.Write(better.Steps)}");
            output.WriteLine($"  {Figures.Time(better.Duration)} at most; sees {Times(question.Regression)} after {Figures.Time(better.SeenAfter)}, for {Figures.Count(better.BadRequests)} bad requests beyond the usual.");
        }
    }

    private static string Head(PowerQuestion question)
    {
        var traffic = string.Create(CultureInfo.InvariantCulture, $"{question.RequestsPerSecond:0.##} requests a second");
        return question.ErrorRatio is { } ratio
            ? $"{traffic}, {Figures.Percent(ratio)} of them fail. To be seen: {Times(question.Regression)}."
            : $"{traffic}.";
    }

    private static void Errors(TextWriter output, PowerQuestion question, PowerAnswer answer)
    {
        var table = new TextTable("step", "weight", "time", $"sees {Figures.Ratio(question.Regression)}x after", "in time", "sees (4 of 5)", "accepts a good one after", "bad requests");
        for (var i = 0; i < answer.Steps.Count; i++)
        {
            var step = answer.Steps[i];
            var compares = step.Step.Weight != Weight.Full;
            table.Add(
                (i + 1).ToString(CultureInfo.InvariantCulture),
                step.Step.Weight.ToString(),
                Figures.Time(step.Step.Duration),
                compares ? Figures.Time(step.Needed) : "-",
                compares ? Figures.Percent(Math.Round(step.Chance, 2)) : "-",
                compares ? step.SmallestRatio is { } smallest ? $"from {Figures.Ratio(smallest)}x" : "nothing" : "-",
                compares ? Figures.Time(step.TimeToAccept) : "-",
                compares && step.TimeToSee is not null ? Figures.Count(step.BadRequests) : "-");
        }

        table.WriteTo(output);
        output.WriteLine();
        output.WriteLine(answer.SeenAfter is { } seen
            ? $"There from the start, it is seen after {Figures.Time(seen)} (by the plan's end in {Figures.Percent(Math.Round(answer.Chance, 2))} of all rollouts), for {Figures.Count(answer.BadRequests)} bad requests beyond the usual."
            : $"There from the start, it is not seen by the end of the plan, for {Figures.Count(answer.BadRequests)} bad requests beyond the usual.");
        output.WriteLine(answer.AcceptedAfter is { } accepted ? $"A candidate as good as stable is accepted after {Figures.Time(accepted)}." : "A candidate as good as stable is not accepted by the end of the plan.");
    }

    private static void Latency(TextWriter output, PowerQuestion question, PowerAnswer answer)
    {
        output.WriteLine();
        var table = new TextTable(["slower in this way, seen after", .. question.Steps.Select(step => step.Weight.ToString())]);
        foreach (var row in answer.Latency)
        {
            table.Add([row.Description, .. row.Times.Select((time, i) => question.Steps[i].Weight == Weight.Full ? "-" : Figures.Time(time))]);
        }

        table.WriteTo(output);
    }

    private static string Times(double regression) => $"{Figures.Ratio(regression)} times the errors";
}

using System.Globalization;
using Canary.Core;
using Canary.Core.Traffic;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads the plan and completes it. Pure.</summary>
internal static class StepMapping
{
    private static readonly TimeSpan DefaultAtMost = TimeSpan.FromMinutes(10);
    private static readonly Step.Analyze LastAnalysis = new(TimeSpan.FromMinutes(5), DefaultAtMost);
    private static readonly string[] Kinds = ["setWeight", "pause", "analyze"];

    /// <summary>Reads <c>spec.strategy</c>.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="hasTemplates">Whether there is anything to analyse by.</param>
    /// <returns>A complete plan; only meaningful when there are no problems.</returns>
    public static ValueList<Step> Read(Section spec, bool hasTemplates)
    {
        Section? plan = null;
        if (spec.Child("strategy") is { } strategy)
        {
            plan = strategy.Child("canary");
            strategy.Close();
        }

        var steps = plan is not null && plan.Has("steps") ? ReadSteps(plan) : DefaultPlan();
        plan?.Close();
        if (!hasTemplates && steps.Exists(step => step is Step.Analyze))
        {
            spec.Note(
                "analysis.templates",
                "is empty, but the plan has analyze steps (the default plan too); name at least one template: [{name: golden-signals, clusterScope: true}], "
                + "or write strategy.canary.steps with setWeight and pause only");
        }

        Complete(steps, hasTemplates);
        return steps.ToValueList();
    }

    private static List<Step> DefaultPlan()
    {
        var steps = new List<Step>();
        foreach (var weight in new[] { 5, 25, 50 })
        {
            steps.Add(new Step.SetWeight(new Weight(weight)));
            steps.Add(new Step.Analyze(TimeSpan.Zero, DefaultAtMost));
        }

        steps.Add(new Step.SetWeight(Weight.Full));
        steps.Add(LastAnalysis);
        return steps;
    }

    private static void Complete(List<Step> steps, bool hasTemplates)
    {
        if (steps.OfType<Step.SetWeight>().LastOrDefault()?.To != Weight.Full)
        {
            steps.Add(new Step.SetWeight(Weight.Full));
            if (hasTemplates)
            {
                steps.Add(LastAnalysis);
            }
        }
    }

    private static List<Step> ReadSteps(Section plan)
    {
        var steps = new List<Step>();
        (int Percent, string Path)? before = null;
        foreach (var entry in plan.Sections("steps", 1, 50, "write at least one step, such as {setWeight: 5}, or leave steps out for the default plan"))
        {
            var given = Kinds.Where(entry.Has).ToList();
            if (given.Count > 1)
            {
                entry.Note(given[1], $"stands beside {given[0]}; a step has exactly one of setWeight, pause and analyze: write several steps, one after the other");
            }

            switch (given.Count == 0 ? null : given[0])
            {
                case "setWeight":
                    var percent = entry.Integer("setWeight", 1, 100, "a weight is a whole number from 1 to 100");
                    if (percent is { } weight)
                    {
                        if (before is { } last && last.Percent >= weight)
                        {
                            entry.Note("setWeight", string.Create(
                                CultureInfo.InvariantCulture,
                                $"is {weight}, but {last.Path} is {last.Percent} before it; weights must rise: write more than {last.Percent}, or leave the step out"));
                        }

                        before = before is { } highest && highest.Percent > weight ? highest : (weight, entry.PathOf("setWeight"));
                        steps.Add(new Step.SetWeight(new Weight(weight)));
                    }
                    else
                    {
                        before ??= (0, entry.PathOf("setWeight"));
                    }

                    break;
                case "pause":
                    if (entry.Child("pause") is { } pause)
                    {
                        steps.Add(new Step.Pause(pause.Duration("duration", "a pause must be longer than 0s; leave duration out to wait for a person")));
                        pause.Close();
                    }

                    break;
                case "analyze":
                    if (before is null)
                    {
                        entry.Note("analyze", "comes before the first setWeight, where the candidate has no requests to judge; put a setWeight before it");
                    }

                    ReadAnalyze(entry, steps);
                    break;
                default:
                    entry.Close();
                    plan.NoteAt(entry.Path, "has none of setWeight, pause and analyze; a step has exactly one of them: {setWeight: 5}");
                    continue;
            }

            entry.Close();
        }

        return steps;
    }

    private static void ReadAnalyze(Section entry, List<Step> steps)
    {
        if (entry.Child("analyze") is not { } analyze)
        {
            return;
        }

        var atLeast = analyze.Duration("atLeast", TimeSpan.Zero);
        var atMost = analyze.Duration("atMost", DefaultAtMost, "an analysis must be given longer than 0s; write 10m");
        if (atLeast > atMost)
        {
            analyze.Note(
                "atLeast",
                $"is {Durations.Write(atLeast)}, longer than atMost, which is {Durations.Write(atMost)}{(analyze.Has("atMost") ? "" : " when left out")}; raise atMost to {Durations.Write(atLeast)} or more");
        }

        analyze.Close();
        steps.Add(new Step.Analyze(atLeast, atMost));
    }
}

using System.Globalization;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>What a verdict means beside its state: warnings, what a plan can see, and what is learned for the next rollout.</summary>
internal static class VerdictRules
{
    /// <summary>A plan that would not even show so many times the errors is worth a word before it begins.</summary>
    private const double GrossRegression = 5;

    /// <summary>Fewer stable requests do not tell what is usual.</summary>
    private const double FewestRequests = 100;

    /// <summary>Tells warnings, each once a rollout.</summary>
    public static void Tell(Pass pass)
    {
        if (pass.Status.Journey is not { ExposedSince: not null } journey || pass.Observed.Verdict is not { } verdict)
        {
            return;
        }

        foreach (var metric in verdict.Metrics.Where(metric => metric.Warning is not null && !journey.Warned.Contains(metric.Name)))
        {
            pass.Announce("MetricWarning", metric.Warning!, warning: true); // only those with one are left
            pass.Travel(now => now with { Warned = [.. now.Warned, metric.Name] });
        }
    }

    /// <summary>Says, as the first requests are about to go to the candidate, that the plan would not show even a gross regression, and which one would.</summary>
    public static void TellPower(Pass pass)
    {
        if (pass.Status.Journey is not { ExposedSince: null, Express: false } || pass.Observed.Verdict is not { } verdict || pass.Observed.Metrics is not { } metrics)
        {
            return;
        }

        foreach (var errors in metrics.OfType<MetricSpec.ErrorRate>().Where(metric => metric.Share > 0))
        {
            if (verdict.Metrics.FirstOrDefault(metric => metric.Name == errors.Name) is { StableRequests: >= FewestRequests, StableRate: > 0 and var rate } usual
                && Weakness(pass, errors, usual.StableBad, usual.StableRequests, rate) is { } weakness)
            {
                pass.Announce("PlanSeesLittle", weakness, warning: true);
            }
        }
    }

    /// <summary>Puts what is known from earlier rollouts beside each metric.</summary>
    public static ValueList<MetricSpec> WithKnown(ValueList<MetricSpec> metrics, ValueList<MetricMemory> learned) => metrics
        .Select(metric => learned.FirstOrDefault(memory => memory.Metric == metric.Name) is { } memory ? metric with { Known = memory.Numbers } : metric)
        .ToValueList();

    /// <summary>Keeps what this rollout told; what it did not measure stays as it was.</summary>
    public static ValueList<MetricMemory> Learned(ValueList<MetricMemory> before, Verdict? verdict)
    {
        var now = (verdict?.Metrics ?? []).Where(metric => metric.Learned.Count > 0).Select(metric => new MetricMemory(metric.Name, metric.Learned)).ToList();
        return now.Count == 0 ? before : [.. now, .. before.Where(memory => verdict!.Metrics.All(metric => metric.Name != memory.Metric) && now.Count < MostMemories).Take(MostMemories - now.Count)];
    }

    private const int MostMemories = 40;

    private static string? Weakness(Pass pass, MetricSpec.ErrorRate errors, double bad, double requests, double rate)
    {
        var steps = Planned(pass.Plan.Steps);
        if (steps.Count == 0)
        {
            return null;
        }

        // half an error: that none was seen yet does not mean that there will be none
        var ratio = (bad + 0.5) / (requests + 1);
        var answer = PowerPlan.Answer(new PowerQuestion
        {
            RequestsPerSecond = rate,
            ErrorRatio = ratio,
            Steps = steps,
            Regression = GrossRegression,
            Margins = errors.Margins,
            ErrorShare = Math.Min(1, errors.Share),
            FalseRollback = pass.Plan.Analysis.FalseRollback,
            MissedRegression = pass.Plan.Analysis.MissedRegression,
            Dispersion = errors.Clustering.Dispersion ?? errors.Clustering.RetriesPerRequest + 1,
        });
        if (answer.SeenAfter is not null)
        {
            return null;
        }

        var better = answer.Better is { } plan
            ? $"; this plan would: {string.Join(", ", plan.Steps.Select(step => $"{step.Weight} for {Words.Duration(step.Duration)}"))}"
            : "; give it more time or more weight, or rely on guards";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{errors.Name}: at {rate:0.##} requests per second, {100 * ratio:0.###} % of them failing, the plan ends before it could show {GrossRegression:0} times as many errors{better}");
    }

    /// <summary>The weights that can be compared, with the time that each may take; a pause without an end counts as none.</summary>
    private static ValueList<PlannedWeight> Planned(ValueList<Step> steps)
    {
        var planned = new List<PlannedWeight>();
        foreach (var step in steps)
        {
            switch (step)
            {
                case Step.SetWeight { To: var weight } when weight > Weight.Zero:
                    planned.Add(new PlannedWeight(weight, TimeSpan.Zero));
                    break;
                case Step.Analyze or Step.Pause { Duration: not null } when planned.Count > 0:
                    planned[^1] = planned[^1] with { Duration = planned[^1].Duration + (step is Step.Analyze analyze ? analyze.AtMost : ((Step.Pause)step).Duration!.Value) };
                    break;
            }
        }

        return planned.Where(step => step.Duration > TimeSpan.Zero && step.Weight < Weight.Full).ToValueList();
    }
}

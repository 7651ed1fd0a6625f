using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Core.Rollouts;

/// <summary>Takes over what people wrote: the last valid spec leads, every problem is told.</summary>
internal static class SpecRules
{
    public static void Read(Pass pass)
    {
        var observed = pass.Observed;
        Replan(pass, observed.Spec);
        var status = pass.Status with { ObservedGeneration = observed.Generation };
        var problems = new List<Problem>(observed.SpecProblems);
        problems.AddRange(observed.MetricProblems);
        if (status.Plan is not null)
        {
            problems.AddRange(observed.Traffic.Problems);
            if (observed.Deployment is null)
            {
                problems.Add(new Problem("spec.workloadRef.name", $"there is no Deployment {status.Plan.Deployment} in namespace {observed.Key.Namespace}; create it, or name another"));
            }
        }

        var listed = problems.ToValueList();
        if (listed != status.Problems)
        {
            foreach (var problem in listed.Where(problem => !status.Problems.Contains(problem)))
            {
                pass.Announce("Invalid", problem.ToString(), warning: true);
            }

            status = status with { Problems = listed };
        }

        pass.Status = status;
    }

    /// <summary>Ends a pause that belongs to a step; one that a person ordered stays.</summary>
    public static void EndPauseOfStep(Pass pass)
    {
        if (pass.Status.Pause is { Reason: not PauseReason.Command })
        {
            pass.Status = pass.Status with { Pause = null };
        }
    }

    /// <summary>Takes a new spec over. When the steps walked so far have changed, the candidate stands at the last weight that it had reached, to be judged there again.</summary>
    private static void Replan(Pass pass, RolloutSpec? spec)
    {
        if (spec is null || spec == pass.Status.Plan)
        {
            return;
        }

        var former = pass.Status.Plan;
        var reached = former is null ? Weight.Zero : pass.PlannedWeight;
        pass.Status = pass.Status with { Plan = spec };
        if (former is null || pass.Status is not { Journey: { } journey, Candidate: { } candidate })
        {
            return;
        }

        if (journey is { Stage: Stage.Stepping, Express: false } && !former.Steps.Take(journey.Step + 1).SequenceEqual(spec.Steps.Take(journey.Step + 1)))
        {
            pass.Travel(now => now with { Step = StandsAt(spec.Steps, reached), EnteredAt = pass.Now, NoDataSince = null });
            EndPauseOfStep(pass);
        }

        if (journey is { Stage: Stage.Preparing or Stage.Stepping, ByCommand: false, AnalysisRun: null, Outcome: null })
        {
            pass.Travel(now => now with { AnalysisRun = StartRules.AnalysisRun(pass, candidate.Revision, pass.Status.Attempts), Baseline = BaselineRules.Of(pass, pass.Status.Attempts) });
        }
    }

    private static int StandsAt(ValueList<Step> steps, Weight reached)
    {
        for (var i = steps.Count - 1; i > 0; i--)
        {
            if (steps[i] is Step.SetWeight set && set.To <= reached)
            {
                return i;
            }
        }

        return 0;
    }
}

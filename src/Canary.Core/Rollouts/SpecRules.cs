using Canary.Core.Validation;

namespace Canary.Core.Rollouts;

/// <summary>Takes over what people wrote: the last valid spec leads, every problem is told.</summary>
internal static class SpecRules
{
    public static void Read(Pass pass)
    {
        var observed = pass.Observed;
        var status = pass.Status with { ObservedGeneration = observed.Generation, Plan = observed.Spec ?? pass.Status.Plan };
        if (status.Journey is { Stage: Stage.Stepping } journey && status.Plan is { } plan && journey is { Express: false } && journey.Step > plan.Steps.Count)
        {
            // a shorter plan took the place of the one that was being walked
            status = status with { Journey = journey with { Step = plan.Steps.Count } };
        }

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
}

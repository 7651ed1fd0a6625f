using System.Globalization;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>One step of the plan after the other.</summary>
internal static class StepRules
{
    public static void Advance(Pass pass)
    {
        if (RestoresWeight(pass) || pass.Status.Pause is { Reason: PauseReason.Inconclusive or PauseReason.NoData })
        {
            pass.Waiting ??= pass.Status.Pause switch
            {
                { Reason: PauseReason.Inconclusive } => "the step ended without proof; waits for a person",
                { Reason: PauseReason.NoData } => "data stayed away; waits for a person",
                _ => null,
            };
            return;
        }

        switch (pass.CurrentStep)
        {
            case null:
                PromotionRules.Begin(pass);
                break;
            case Step.SetWeight set:
                Raise(pass, set.To);
                break;
            case Step.Pause pause:
                Wait(pass, pause);
                break;
            case Step.Analyze analyze:
                Judge(pass, analyze);
                break;
            default:
                throw new InvalidOperationException($"There is no rule for a step of kind {pass.CurrentStep.Kind}.");
        }
    }

    /// <summary>Moves on to the next step.</summary>
    public static void Next(Pass pass) => pass.Travel(now => now with { Step = now.Step + 1, EnteredAt = pass.Now, NoDataSince = null });

    /// <summary>Gives the weight back that was taken away while no pod was ready.</summary>
    private static bool RestoresWeight(Pass pass)
    {
        if (pass.CurrentStep is Step.SetWeight || pass.Status.Traffic is not { } traffic || (traffic.Weight >= pass.PlannedWeight && !BaselineRules.Lacks(pass, pass.PlannedWeight)))
        {
            return false;
        }

        if (Enough(pass, pass.PlannedWeight))
        {
            pass.Announce("WeightRestored", traffic.Weight < pass.PlannedWeight
                ? $"candidate pods are ready again; the weight went back to {pass.PlannedWeight}"
                : "the baseline's pods are ready again; it gets its share of the requests");
            pass.Route(traffic.StableSubset, traffic.CandidateSubset, pass.PlannedWeight);

            // the time without requests proved nothing: the step begins again
            pass.Travel(now => now with { EnteredAt = pass.Now, NoDataSince = null });
        }

        return true;
    }

    private static bool Enough(Pass pass, Weight weight)
    {
        var needed = weight.PodsOf(pass.Replicas);
        if (pass.CandidateReady > 0 && pass.CandidateAvailable >= needed)
        {
            return BaselineRules.IsReady(pass, weight);
        }

        pass.Waiting = string.Create(CultureInfo.InvariantCulture, $"{pass.CandidateAvailable} of {needed} candidate pods are available");
        return false;
    }

    private static void Raise(Pass pass, Weight weight)
    {
        var traffic = pass.Status.Traffic!;
        if (traffic.Weight != weight || BaselineRules.Lacks(pass, weight))
        {
            if (weight < traffic.Weight || Enough(pass, weight))
            {
                if (traffic.Weight == Weight.Zero && weight > Weight.Zero)
                {
                    VerdictRules.TellPower(pass);
                }

                pass.Announce("WeightSet", $"{weight} of the requests go to {Pass.Describe(pass.Status.Candidate!)}{BaselineRules.Words(pass, weight)}");
                pass.Route(traffic.StableSubset, traffic.CandidateSubset, weight);
            }
        }
        else if (pass.Propagated())
        {
            Next(pass);
        }
        else
        {
            pass.Waiting = "the proxies are learning of the weight";
        }
    }

    private static void Wait(Pass pass, Step.Pause pause)
    {
        var status = pass.Status;
        if (status.Pause is null)
        {
            var until = status.Journey!.EnteredAt + pause.Duration;
            pass.Status = status with { Pause = new PauseStatus(PauseReason.Step, pass.Now, until) };
            pass.Announce("Paused", pause.Duration is { } duration ? $"the plan pauses for {Words.Duration(duration)} at {status.Traffic!.Weight}" : $"the plan waits for a person at {status.Traffic!.Weight}: resume, promote or abort");
        }
        else if (status.Pause.Until is { } until && pass.Due(until))
        {
            pass.Status = status with { Pause = null };
            Next(pass);
        }
    }

    private static void Judge(Pass pass, Step.Analyze analyze)
    {
        var journey = pass.Status.Journey!;
        var verdict = pass.Observed.Verdict;
        var elapsed = pass.Since(journey.EnteredAt);
        if (verdict is null or { State: VerdictState.Unknown })
        {
            Hold(pass, verdict?.Reason ?? "the analysis has not started");
            return;
        }

        if (journey.NoDataSince is { } since)
        {
            // the time without data is not the candidate's
            pass.Announce("DataReturned", $"data is back after {Words.Duration(pass.Since(since))}");
            pass.Travel(now => now with { NoDataSince = null, EnteredAt = now.EnteredAt + pass.Since(Later(since, now.EnteredAt)) });
            return;
        }

        pass.LookAt(journey.EnteredAt + analyze.AtLeast);
        if (IsEnough(verdict, analyze) && verdict.EvidenceAt > journey.EnteredAt && elapsed >= analyze.AtLeast)
        {
            var how = verdict.State == VerdictState.Pass ? "" : "the 95 % intervals lie within the acceptance bounds: ";
            pass.Announce("StepPassed", $"after {Words.Duration(elapsed)} at {pass.Status.Traffic!.Weight}: {how}{verdict.Reason}");
            Next(pass);
        }
        else if (pass.Due(journey.EnteredAt + analyze.AtMost))
        {
            var why = $"no proof either way after {Words.Duration(analyze.AtMost)} at {pass.Status.Traffic!.Weight}: {verdict.Reason}{(verdict.Power is { } power ? $"; {power}" : "")}";
            Apply(pass, pass.Plan.Analysis.OnInconclusive, PauseReason.Inconclusive, "Inconclusive", why);
        }
    }

    /// <summary>Proof that every metric keeps its acceptance bound; after a minimum time that the plan asks for, intervals within the bounds are proof enough.</summary>
    private static bool IsEnough(Verdict verdict, Step.Analyze analyze) =>
        verdict.State == VerdictState.Pass || (verdict.State == VerdictState.Running && verdict.WithinBounds && analyze.AtLeast > TimeSpan.Zero);

    private static void Hold(Pass pass, string reason)
    {
        pass.Waiting = reason;
        var journey = pass.Status.Journey!;
        if (journey.NoDataSince is not { } since)
        {
            pass.Announce("NoData", $"the weight is held at {pass.Status.Traffic!.Weight}: {reason}", warning: true);
            pass.Travel(now => now with { NoDataSince = pass.Now });
        }
        else if (pass.Due(since + pass.Plan.Analysis.NoDataHold))
        {
            Apply(pass, pass.Plan.Analysis.AfterNoData, PauseReason.NoData, "NoData", $"no data for {Words.Duration(pass.Plan.Analysis.NoDataHold)}: {reason}");
        }
    }

    private static void Apply(Pass pass, InconclusivePolicy policy, PauseReason pause, string announcement, string why)
    {
        switch (policy)
        {
            case InconclusivePolicy.Promote:
                pass.Announce(announcement, $"{why}; the plan goes on, as asked", warning: true);
                Next(pass);
                break;
            case InconclusivePolicy.RollBack:
                RetreatRules.Begin(pass, Outcome.RolledBack, why);
                break;
            default:
                pass.Announce(announcement, $"{why}; waits for a person: resume, promote or abort", warning: true);
                pass.Status = pass.Status with { Pause = new PauseStatus(pause, pass.Now, null) };
                break;
        }
    }

    private static DateTimeOffset Later(DateTimeOffset first, DateTimeOffset second) => first > second ? first : second;
}

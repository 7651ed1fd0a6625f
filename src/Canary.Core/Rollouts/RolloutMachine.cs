namespace Canary.Core.Rollouts;

/// <summary>The rules of a rollout: facts in, decision out. Pure: no I/O, no clock, no chance.</summary>
/// <remarks>
/// Deciding again on the decision's own status, with nothing else changed, gives the same status, the same effects and no announcements.
/// Order within a pass: commands, exposure, readiness, analysis, more exposure, scaling.
/// </remarks>
public static class RolloutMachine
{
    private const int MostTransitions = 64;

    /// <summary>Decides what to remember, do and tell.</summary>
    /// <param name="observed">Everything that was read, with the time.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="InvariantException">The decision would break an invariant; nothing of it may be done.</exception>
    public static Decision Decide(Observation observed)
    {
        ArgumentNullException.ThrowIfNull(observed);
        var pass = new Pass(observed);

        OutboxRules.Settle(pass);
        SpecRules.Read(pass);
        CommandRules.Obey(pass);
        for (var i = 0; i < MostTransitions; i++)
        {
            var before = pass.Status;
            Advance(pass);
            if (pass.Status == before)
            {
                break;
            }
        }

        pass.Waiting = null;
        Advance(pass);
        var effects = EffectRules.Undone(pass);
        ConditionRules.Conclude(pass);
        OutboxRules.Post(pass);
        var decision = new Decision(pass.Status, effects, pass.Told.Select(told => told.Announcement).ToValueList(), pass.LookAgainAt, pass.Status.Message);
        Invariants.Check(observed, decision);
        return decision;
    }

    private static void Advance(Pass pass)
    {
        TrafficRules.Compare(pass);
        if (pass.Observed.Deleting)
        {
            ReleaseRules.Advance(pass);
        }
        else if (pass.Status.Plan is null)
        {
            pass.Waiting = "the spec is not valid";
        }
        else if (pass.Observed.Deployment is null or { Deleting: true })
        {
            AdoptionRules.LoseDeployment(pass);
        }
        else if (pass.Status.Stable is null)
        {
            AdoptionRules.Adopt(pass);
        }
        else if (NativeRules.UnderWay(pass))
        {
            NativeRules.Follow(pass);
        }
        else
        {
            NativeRules.WatchPause(pass);
            JourneyRules.Advance(pass);
        }

        RetirementRules.Advance(pass);
        BaselineRules.Advance(pass);
        SurgeRules.Advance(pass);
    }
}

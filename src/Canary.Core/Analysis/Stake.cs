using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>What the tests stake of their budget in one round: a share at the first exposure, and one as each later planned weight begins.</summary>
/// <remarks>How many weights were begun is stored with the evidence, in one write: a step that is judged again after a crash stakes nothing twice.</remarks>
/// <param name="Schedule">The shares; null before the exposure.</param>
/// <param name="Begins">Whether a later weight begins with this round.</param>
internal readonly record struct Stake(RestartSchedule? Schedule, bool Begins)
{
    public static (StakedSteps? Steps, Stake Stake) Of(StakedSteps? before, Exposure exposure)
    {
        if (before is null && exposure.Since is null)
        {
            return (null, default);
        }

        // a candidate without requests for a while keeps what it had: only a further weight stakes
        var steps = before ?? new StakedSteps(exposure.Later, exposure.Begun);
        var begins = exposure.Since is not null && exposure.Begun > steps.Begun;
        return (begins ? steps with { Begun = exposure.Begun } : steps, new Stake(RestartSchedule.Default(steps.Later), begins));
    }

    public MetricState Put(MetricJudge judge, MetricState state) => this switch
    {
        { Schedule: null } => state,
        _ when state.Terms is null => judge.Begin(state, Schedule.First),
        { Begins: true, Schedule.Later: > 0 } => judge.Restart(state, Schedule.Later),
        _ => state,
    };
}

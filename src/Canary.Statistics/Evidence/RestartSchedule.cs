namespace Canary.Statistics;

/// <summary>When the budget of a rollback test is staked: a share at first exposure, the rest at later planned steps.</summary>
/// <remarks>
/// A share s costs ln(1 / s) nats against a regression that is there from then on. Half at the start makes a regression that is there from the start be seen ln 2 nats later
/// than by the plain test, and one that first shows at a later step by minutes sooner (statistics of docs/analysis.md). All shares together are 1, whatever happens:
/// a step that never comes leaves its share unspent, and a step that is repeated finds nothing left. Immutable; equal by value.
/// </remarks>
public sealed record RestartSchedule
{
    /// <summary>Makes a schedule.</summary>
    /// <param name="first">Share of the budget that is staked at first exposure, in (0, 1].</param>
    /// <param name="laterSteps">Planned steps after the first; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RestartSchedule(double first, int laterSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(laterSteps);
        First = Require.Share(first);
        LaterSteps = laterSteps;
    }

    /// <summary>Share of the budget that is staked at first exposure, in (0, 1]; what <see cref="CountTest.Start"/> takes.</summary>
    public double First { get; }

    /// <summary>Planned steps after the first, 0 or more.</summary>
    public int LaterSteps { get; }

    /// <summary>Share that each later step stakes, in [0, 1); what <see cref="CountTest.Restart"/> takes. 0 when there is no later step or nothing is left for them.</summary>
    public double Later => LaterSteps == 0 ? 0 : (1 - First) / LaterSteps;

    /// <summary>The default: half at the start and half in equal parts at the later steps; everything at the start when there is no later step.</summary>
    /// <param name="laterSteps">Planned steps after the first; 0 or more.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="laterSteps"/> is negative.</exception>
    public static RestartSchedule Default(int laterSteps) => new(laterSteps == 0 ? 1 : StatisticsDefaults.FirstStake, laterSteps);

    /// <summary>The share for one of the planned steps.</summary>
    /// <param name="step">0 for the step of first exposure, then counted up; 0 or more.</param>
    /// <returns>A share in [0, 1]; 0 (no restart) beyond the last planned step.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public double ShareAt(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return step == 0 ? First : step <= LaterSteps ? Later : 0;
    }
}

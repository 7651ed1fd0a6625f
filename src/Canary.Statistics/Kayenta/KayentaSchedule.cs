namespace Canary.Statistics;

/// <summary>When Kayenta's standalone analysis judges, over which part of the time, and what the judgements together mean.</summary>
/// <remarks>Immutable; equal by value. Source: Kayenta at commit a69573be, as described in docs/analysis.md.</remarks>
public sealed record KayentaSchedule
{
    /// <summary>Makes a schedule.</summary>
    /// <param name="lifetime">Length of the analysis; greater than 0.</param>
    /// <param name="interval">Time between judgements; greater than 0, at most <paramref name="lifetime"/>.</param>
    /// <param name="warmUp">Time at the start that no judgement looks at; 0 or more.</param>
    /// <param name="lookBack">Length of a sliding window; null looks at everything since the start.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is out of its range.</exception>
    public KayentaSchedule(TimeSpan lifetime, TimeSpan interval, TimeSpan warmUp = default, TimeSpan? lookBack = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, interval);
        ArgumentOutOfRangeException.ThrowIfLessThan(warmUp, TimeSpan.Zero);
        if (lookBack is { } window)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero, nameof(lookBack));
        }

        Lifetime = lifetime;
        Interval = interval;
        WarmUp = warmUp;
        LookBack = lookBack;
    }

    /// <summary>Length of the analysis.</summary>
    public TimeSpan Lifetime { get; }

    /// <summary>Time between judgements.</summary>
    public TimeSpan Interval { get; }

    /// <summary>Time at the start that no judgement looks at.</summary>
    public TimeSpan WarmUp { get; }

    /// <summary>Length of a sliding window; null for everything since the start.</summary>
    public TimeSpan? LookBack { get; }

    /// <summary>How many judgements there are; at least 1.</summary>
    public int Judgements => (int)Math.Min(int.MaxValue, Lifetime.Ticks / Interval.Ticks);

    /// <summary>The part of the time that a judgement looks at.</summary>
    /// <param name="judgement">Its number, from 1 to <see cref="Judgements"/>.</param>
    /// <returns>From and to, as times after the start; judged as soon as the end has come.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="judgement"/> is out of its range.</exception>
    public (TimeSpan From, TimeSpan To) Window(int judgement)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(judgement, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(judgement, Judgements);
        var to = WarmUp + judgement * Interval;
        var from = LookBack is { } window && to - window > WarmUp ? to - window : WarmUp;
        return (from, to);
    }

    /// <summary>What the scores so far mean for the whole analysis.</summary>
    /// <param name="judge">The judge that gave the scores.</param>
    /// <param name="scores">Scores in order, from 0 to <see cref="Judgements"/> of them.</param>
    /// <returns>
    /// <see cref="KayentaGrade.Fail"/> as soon as a score is at the marginal one or below (the judge calls a score at it marginal; the analysis ends there all the same);
    /// after the last judgement <see cref="KayentaGrade.Pass"/> when the last score is at the passing one or above, else fail; null while judgements are to come.
    /// </returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public KayentaGrade? Conclude(KayentaJudge judge, IReadOnlyList<double> scores)
    {
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(scores);
        return scores.Any(score => score <= judge.Marginal) ? KayentaGrade.Fail
            : scores.Count < Judgements ? null
            : scores[^1] >= judge.Pass ? KayentaGrade.Pass
            : KayentaGrade.Fail;
    }
}

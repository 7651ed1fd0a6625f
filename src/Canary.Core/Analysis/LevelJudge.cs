namespace Canary.Core.Analysis;

/// <summary>Judges a metric that is read as a level: a number that means something by itself, not by its growth.</summary>
internal abstract class LevelJudge(MetricSpec metric) : MetricJudge(metric)
{
    /// <summary>Whether the arms are compared. When not, the stable revision need not tell anything.</summary>
    public abstract bool Compares { get; }

    public override RoundResult Take(MetricState before, RoundFacts facts) => LevelRound.Take(this, before, facts);

    /// <summary>Takes the levels of one round into account.</summary>
    /// <param name="state">The evidence before; its terms are settled.</param>
    /// <param name="at">When the round was.</param>
    /// <param name="since">Since when the candidate is exposed.</param>
    /// <param name="stable">The mean level of the stable pods; 0 when the arms are not compared.</param>
    /// <param name="candidate">The mean level of the candidate's pods.</param>
    public abstract MetricState Sample(MetricState state, DateTimeOffset at, DateTimeOffset since, double stable, double candidate);

    /// <summary>Learns from two halves of the stable pods how levels of equal pods differ.</summary>
    public virtual MetricState Learn(MetricState state, double first, double second) => state;
}

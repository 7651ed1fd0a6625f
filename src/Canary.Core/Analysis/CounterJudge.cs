namespace Canary.Core.Analysis;

/// <summary>Judges a metric that is read as cumulative counters: what counts are their differences.</summary>
internal abstract class CounterJudge(MetricSpec metric) : MetricJudge(metric)
{
    /// <summary>Whether the arms are compared. When not, the stable revision need not tell anything.</summary>
    public virtual bool Compares => true;

    /// <summary>Whether pods count while they warm up.</summary>
    public virtual bool CountsColdPods => false;

    /// <summary>Whether only what was counted since every proxy knows the weight says anything.</summary>
    public virtual bool NeedsSettledWeight => false;

    public override RoundResult Take(MetricState before, RoundFacts facts) => MetricRound.Take(this, before, facts);

    /// <summary>Finds out how many numbers a reading has; 0 when that is not known yet. Says what is wrong when the pods do not fit together.</summary>
    public abstract (MetricState State, int Width, string? Problem) Prepare(MetricState state, RoundFacts facts);

    /// <summary>The numbers of a reading; null when there are none to count with.</summary>
    public abstract ValueList<double>? Read(MetricReading reading, MetricState state, int width);

    /// <summary>Whether numbers can be what one process counted in a while: series that come and go within a sum may make it look otherwise.</summary>
    public virtual bool IsPossible(double[] difference) => true;

    /// <summary>The requests among the numbers of a reading.</summary>
    public abstract double Requests(IReadOnlyList<double> values);

    /// <summary>The requests that tell of the dispersion: failed ones, or slow ones.</summary>
    public virtual double Bad(MetricState state, IReadOnlyList<double> values) => 0;

    /// <summary>Takes one block into the tests.</summary>
    /// <param name="state">The evidence before; its terms are settled.</param>
    /// <param name="block">What was counted.</param>
    public abstract MetricState Count(MetricState state, BlockRecord block);
}

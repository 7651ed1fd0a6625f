namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Makes a point a minute of both arms, as a query of Prometheus would.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
internal interface IMinutePoints<TBlock>
{
    void Add(TBlock block);

    /// <summary>The points of the minute, NaN without requests; the minute is then forgotten.</summary>
    (double Candidate, double Baseline) Take();
}

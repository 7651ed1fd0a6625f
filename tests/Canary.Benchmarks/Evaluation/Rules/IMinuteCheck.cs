namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>A condition on the candidate's last minute, as engines of today ask it of Prometheus.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
internal interface IMinuteCheck<TBlock>
{
    void Add(TBlock block);

    /// <summary>Whether the minute fails; it is then forgotten. A minute without requests fails, since the query then has no value.</summary>
    bool Fails();
}

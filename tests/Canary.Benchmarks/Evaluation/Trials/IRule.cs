namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>A way to judge a rollout by its readings. One caller at a time.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
internal interface IRule<TBlock>
{
    /// <summary>Takes the next ten seconds in and says what to do.</summary>
    Call See(in Reading<TBlock> reading);
}

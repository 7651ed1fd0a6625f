using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>At least 99 % of the candidate's requests succeed: the threshold of Flagger's own examples.</summary>
internal sealed class SuccessRateCheck : IMinuteCheck<CountBlock>
{
    private const double Least = 0.99;
    private double _requests;
    private double _errors;

    public void Add(CountBlock block)
    {
        _requests += block.CandidateRequests;
        _errors += block.CandidateErrors;
    }

    public bool Fails()
    {
        var fails = _requests == 0 || (_requests - _errors) / _requests < Least;
        (_requests, _errors) = (0, 0);
        return fails;
    }
}

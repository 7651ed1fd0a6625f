using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>The error rate of each minute in percent: in the unit of ratios Kayenta's tolerance would hide it.</summary>
internal sealed class ErrorPoints : IMinutePoints<CountBlock>
{
    private CountBlock _minute;

    public void Add(CountBlock block) => _minute = _minute.Plus(block);

    public (double Candidate, double Baseline) Take()
    {
        var points = (100 * _minute.CandidateErrors / _minute.CandidateRequests, 100 * _minute.BaselineErrors / _minute.BaselineRequests);
        _minute = default;
        return points;
    }
}

using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>What people do by hand: the one-sided test of two proportions with the pooled variance, on all requests so far, again and again.</summary>
/// <param name="quantile">Normal quantile that decides.</param>
/// <param name="period">Blocks between two looks.</param>
internal sealed class ZTest(double quantile, int period) : IRule<CountBlock>
{
    /// <summary>The quantile of 5 %.</summary>
    public const double Five = 1.6448536269514722;

    /// <summary>The quantile of 1 %.</summary>
    public const double One = 2.3263478740408408;

    private double _candidates;
    private double _baselines;
    private double _candidateErrors;
    private double _baselineErrors;
    private int _blocks;

    public Call See(in Reading<CountBlock> reading)
    {
        var block = reading.Block;
        _candidates += block.CandidateRequests;
        _baselines += block.BaselineRequests;
        _candidateErrors += block.CandidateErrors;
        _baselineErrors += block.BaselineErrors;
        if (++_blocks % period != 0 || _candidates == 0 || _baselines == 0)
        {
            return Call.Continue;
        }

        var pooled = (_candidateErrors + _baselineErrors) / (_candidates + _baselines);
        var variance = pooled * (1 - pooled) * (1 / _candidates + 1 / _baselines);
        return variance > 0 && _candidateErrors / _candidates - _baselineErrors / _baselines > quantile * Math.Sqrt(variance) ? Call.RollBack : Call.Continue;
    }
}

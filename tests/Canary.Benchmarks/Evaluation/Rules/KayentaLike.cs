using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Kayenta's judge on a critical metric of one point a minute, every five minutes on all points so far; the baseline is the rest of the traffic.</summary>
/// <typeparam name="TBlock">What is counted.</typeparam>
/// <param name="points">Makes the points.</param>
internal sealed class KayentaLike<TBlock>(IMinutePoints<TBlock> points) : IRule<TBlock>
{
    private const int JudgementBlocks = 5 * Clock.MinuteBlocks;
    private static readonly KayentaMetric Metric = new() { Name = "metric", Direction = SeriesDirection.Higher, IsCritical = true };
    private readonly List<double> _candidate = [];
    private readonly List<double> _baseline = [];
    private int _blocks;

    public Call See(in Reading<TBlock> reading)
    {
        points.Add(reading.Block);
        if (++_blocks % Clock.MinuteBlocks == 0)
        {
            var (candidate, baseline) = points.Take();
            _candidate.Add(candidate);
            _baseline.Add(baseline);
        }

        return _blocks % JudgementBlocks == 0 && KayentaClassifier.Classify(Metric, _baseline, _candidate).Classification == KayentaClassification.High ? Call.RollBack : Call.Continue;
    }
}

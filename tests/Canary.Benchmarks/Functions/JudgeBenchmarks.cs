using BenchmarkDotNet.Attributes;
using Canary.Core.Analysis;
using Canary.Testing;

namespace Canary.Benchmarks.Functions;

/// <summary>One tick of an analysis of two metrics, error counts and a histogram of 20 buckets: from readings to a verdict.</summary>
public class JudgeBenchmarks
{
    private const int Rounds = 30;

    private readonly AnalysisState _few = Samples.Evidence(Rounds, 4);
    private readonly Measurement _fewRound = Samples.Round(Rounds, 4);
    private readonly AnalysisState _many = Samples.Evidence(Rounds, 50);
    private readonly Measurement _manyRound = Samples.Round(Rounds, 50);

    [Benchmark(Description = "Analysis tick (`Judge.Advance`, `Conclude`), 4 + 4 pods")]
    public Verdict FewPods() => Tick(_few, _fewRound);

    [Benchmark(Description = "Analysis tick (`Judge.Advance`, `Conclude`), 50 + 50 pods")]
    public Verdict ManyPods() => Tick(_many, _manyRound);

    private static Verdict Tick(AnalysisState state, Measurement round)
    {
        var next = Judge.Advance(TestSpecs.Metrics, Samples.Analysis, state, Samples.Exposed, round);
        return Judge.Conclude(TestSpecs.Metrics, Samples.Analysis, next);
    }
}

using BenchmarkDotNet.Attributes;
using Canary.Statistics;

namespace Canary.Benchmarks.Functions;

/// <summary>The tests that a tick stands on, one block each.</summary>
public class StatisticsBenchmarks
{
    private readonly CountTestSettings _counts = CountTestSettings.Rollback();
    private readonly CountBlock _countBlock = new(200, 200, 4, 2);
    private readonly LatencyTestSettings _latency = new();
    private readonly HistogramBlock _latencyBlock = new(
        NumberList.From(Enumerable.Range(1, 19).Select(i => Math.Pow(1.6, i))),
        NumberList.From(Enumerable.Range(1, 20).Select(i => 2.0 * i)),
        NumberList.From(Enumerable.Range(1, 20).Select(i => 40.0 - i)));

    private const int Metrics = 10_000;

    private readonly CountTestState _countState;
    private readonly CountTestState[] _manyStates;
    private readonly LatencyTestState _latencyState;
    private readonly NumberList _latencyNumbers;

    public StatisticsBenchmarks()
    {
        _countState = Enumerable.Range(0, 10).Aggregate(CountTest.Start(_counts), (state, _) => CountTest.Advance(_counts, state, _countBlock));
        _manyStates = [.. Enumerable.Repeat(_countState, Metrics)];
        _latencyState = Enumerable.Range(0, 10).Aggregate(LatencyTest.Start(_latency, _latencyBlock.Bounds), (state, _) => LatencyTest.Advance(_latency, state, _latencyBlock).State);
        _latencyNumbers = _latencyState.ToNumbers();
        if (!_latencyState.IsRunning)
        {
            throw new InvalidOperationException("the latency test still collects its reference");
        }
    }

    [Benchmark(Description = "`CountTest.Advance`, one block")]
    public CountTestState Count() => CountTest.Advance(_counts, _countState, _countBlock);

    [Benchmark(Description = "`CountTest.Advance`, 10,000 metrics by one block, on one core")]
    public void ManyCounts()
    {
        for (var i = 0; i < _manyStates.Length; i++)
        {
            _manyStates[i] = CountTest.Advance(_counts, _manyStates[i], _countBlock);
        }
    }

    [Benchmark(Description = "`LatencyTest.Advance`, one block of 20 buckets")]
    public LatencyTestState Latency() => LatencyTest.Advance(_latency, _latencyState, _latencyBlock).State;

    [Benchmark(Description = "`LatencyTestState.FromNumbers`, 20 buckets")]
    public LatencyTestState Restore() => LatencyTestState.FromNumbers(_latencyNumbers);
}

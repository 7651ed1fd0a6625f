using BenchmarkDotNet.Attributes;
using Canary.Core.Rollouts;

namespace Canary.Benchmarks.Functions;

/// <summary>One decision. Public and open because BenchmarkDotNet derives from it, as are the others.</summary>
public class DecideBenchmarks
{
    private readonly Observation _idle = Samples.Idle().Observe();
    private readonly Observation _stepping = Samples.Stepping().Observe();
    private readonly Observation _retreating = Samples.Retreating().Observe();

    [Benchmark(Description = "`RolloutMachine.Decide`, idle", Baseline = true)]
    public Decision Idle() => RolloutMachine.Decide(_idle);

    [Benchmark(Description = "`RolloutMachine.Decide`, a candidate waits in a step")]
    public Decision Stepping() => RolloutMachine.Decide(_stepping);

    [Benchmark(Description = "`RolloutMachine.Decide`, a verdict of Fail starts the retreat")]
    public Decision Retreating() => RolloutMachine.Decide(_retreating);
}

using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;

namespace Canary.Benchmarks.Functions;

/// <summary>What is read from and written to the cluster: specs, statuses and evidence. JSON trees, without the text.</summary>
public class RecordBenchmarks
{
    private readonly JsonObject _rollout = Samples.Rollout();
    private readonly RolloutStatus _status = Samples.Status();
    private readonly JsonObject _written = new() { ["status"] = RolloutStatusJson.Write(Samples.Status()) };
    private readonly AnalysisState _few = Samples.Evidence(30, 4);
    private readonly AnalysisState _many = Samples.Evidence(30, 50);
    private readonly JsonObject _fewWritten = EngineJson.Write(Samples.Evidence(30, 4));
    private readonly JsonObject _manyWritten = EngineJson.Write(Samples.Evidence(30, 50));

    public RecordBenchmarks()
    {
        if (RolloutMapping.Read(_rollout).Value is null || RolloutStatusJson.Read(_written).Problem is not null)
        {
            throw new InvalidOperationException("the samples cannot be read");
        }
    }

    [Benchmark(Description = "Map a Rollout's spec (8 steps)")]
    public object Spec() => RolloutMapping.Read(_rollout);

    [Benchmark(Description = "Write a Rollout's status (10 entries of history)")]
    public object WriteStatus() => RolloutStatusJson.Write(_status);

    [Benchmark(Description = "Read a Rollout's status (10 entries of history)")]
    public object ReadStatus() => RolloutStatusJson.Read(_written).Status;

    [Benchmark(Description = "Write the evidence of an analysis, 4 + 4 pods")]
    public object WriteFew() => EngineJson.Write(_few);

    [Benchmark(Description = "Read the evidence of an analysis, 4 + 4 pods")]
    public object ReadFew() => EngineJson.ReadState(_fewWritten);

    [Benchmark(Description = "Write the evidence of an analysis, 50 + 50 pods")]
    public object WriteMany() => EngineJson.Write(_many);

    [Benchmark(Description = "Read the evidence of an analysis, 50 + 50 pods")]
    public object ReadMany() => EngineJson.ReadState(_manyWritten);
}

using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;

namespace Canary.Scenarios.Crash;

/// <summary>The counters of all pods of one namespace, which outlive every engine as pods do. Thread-safe.</summary>
/// <remarks>No clock and no chance: each look at the pods adds the same number of requests, split by the weight that is set.</remarks>
internal sealed class PodCounters
{
    private const double RequestsPerLook = 4_000;
    private const double StableErrors = 0.01;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ArmName Arm, double Requests, double Errors)> _pods = [];

    /// <summary>The share of the candidate's requests that fail.</summary>
    public double CandidateErrors { get; set; } = StableErrors;

    /// <summary>All requests that pods of an arm ever counted.</summary>
    public double Of(ArmName arm)
    {
        lock (_lock)
        {
            return _pods.Values.Where(pod => pod.Arm == arm).Sum(pod => pod.Requests);
        }
    }

    /// <summary>Lets requests come, then reads every pod.</summary>
    public Measurement Look(ValueList<PodTarget> pods, int weight, int baseline, DateTimeOffset at)
    {
        lock (_lock)
        {
            foreach (var arm in pods.GroupBy(pod => pod.Arm))
            {
                var share = arm.Key switch
                {
                    ArmName.Candidate => weight,
                    ArmName.Baseline => baseline,
                    _ => 100 - weight - baseline,
                };
                var requests = Math.Floor(RequestsPerLook * share / 100 / arm.Count());
                foreach (var pod in arm)
                {
                    var before = _pods.GetValueOrDefault(pod.Uid);
                    var ratio = arm.Key == ArmName.Candidate ? CandidateErrors : StableErrors;
                    _pods[pod.Uid] = (arm.Key, before.Requests + requests, before.Errors + Math.Floor(requests * ratio));
                }
            }

            return new Measurement(at, pods.Select(pod => new PodReading
            {
                Uid = pod.Uid,
                Pod = pod.Name,
                Arm = pod.Arm,
                Epoch = "1",
                ReadySince = pod.ReadySince,
                At = at,
                Metrics = [new MetricReading.Counts(_pods[pod.Uid].Requests, _pods[pod.Uid].Errors)],
            }).ToValueList());
        }
    }
}

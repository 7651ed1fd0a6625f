using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;

namespace Canary.Testing;

/// <summary>
/// Clients of a <see cref="World"/>, the counters of its pods, and the engine's part of measuring: every interval all ready pods are read, judged, and the verdict is handed to the world.
/// The stored <see cref="AnalysisState"/> is the only memory of the judging.
/// </summary>
public sealed class SimulatedTraffic
{
    private readonly World _world;
    private readonly SplitMixRandom _random;
    private readonly Dictionary<string, SimulatedBehaviour> _behaviours;
    private readonly Dictionary<string, Counters> _counters = [];
    private readonly Dictionary<string, double[]> _times = [];
    private DateTimeOffset _sentUntil;
    private DateTimeOffset? _measureAt;
    private string? _analysisRun;

    /// <param name="world">The cluster.</param>
    /// <param name="seed">Of all chance in the traffic.</param>
    /// <param name="behaviours">How revisions answer; the others are good.</param>
    public SimulatedTraffic(World world, int seed, params (string Revision, SimulatedBehaviour Behaviour)[] behaviours)
    {
        _world = world;
        _random = new SplitMixRandom(seed);
        _behaviours = behaviours.ToDictionary(entry => entry.Revision, entry => entry.Behaviour);
        _sentUntil = world.Now;
    }

    /// <summary>Bounds of every Istio histogram, in milliseconds.</summary>
    public static ValueList<double> IstioBounds { get; } =
        [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000, double.PositiveInfinity];

    /// <summary>Requests that clients send, per second, at a time; they arrive independently of each other.</summary>
    public Func<DateTimeOffset, double> RequestsPerSecond { get; set; } = _ => 400;

    /// <summary>The chance that a request to the candidate fails from now on, in [0, 1]; null while it behaves as its revision does.</summary>
    public double? CandidateErrorRatio { get; set; }

    /// <summary>The words with which pods cannot be read; null while they can.</summary>
    public string? SourceFailure { get; set; }

    /// <summary>The evidence of the present rollout, or of the last one, as stored.</summary>
    public AnalysisState State { get; private set; } = AnalysisState.Empty;

    /// <summary>When the present candidate, or the last one, first answered a request; null before.</summary>
    public DateTimeOffset? FirstCandidateRequestAt { get; private set; }

    /// <summary>Requests that found no ready pod.</summary>
    public long Unanswered { get; private set; }

    /// <summary>Sends the requests of the time gone by, then measures if it is time. Once a second.</summary>
    public void Tick()
    {
        Send();
        Measure();
    }

    private void Send()
    {
        var (stable, candidate, weight) = _world.Proxies();
        var stablePods = Ready(stable ?? _world.Status.Stable?.Revision ?? _world.ReplicaSets[0].Revision);
        var candidatePods = Ready(candidate);
        var rate = RequestsPerSecond(_world.Now);
        for (var left = (_world.Now - _sentUntil).TotalSeconds * rate; (left += Math.Log(1 - _random.NextDouble())) > 0;)
        {
            var toCandidate = _random.NextDouble() * 100 < weight.Percent;
            var pods = toCandidate ? candidatePods : stablePods;
            if (pods.Count == 0)
            {
                Unanswered++;
                continue;
            }

            pods[_random.Next(pods.Count)].Answer(_random, toCandidate ? CandidateErrorRatio : null);
            if (toCandidate && candidate != stable && FirstCandidateRequestAt is null)
            {
                FirstCandidateRequestAt = _world.Now;
            }
        }

        _sentUntil = _world.Now;
    }

    private void Measure()
    {
        var status = _world.Status;
        var run = status.Journey?.AnalysisRun;
        if (run is not null && run != _analysisRun)
        {
            (_analysisRun, State, FirstCandidateRequestAt, _measureAt, _world.Verdict) = (run, AnalysisState.Empty, null, null, null);
        }

        if (run is null || status.Plan is not { } plan || _world.Metrics is not { } metrics || _world.Now < _measureAt)
        {
            return;
        }

        _measureAt = _world.Now + plan.Analysis.Interval;
        var readings = Read(status.Stable?.Revision, ArmName.Stable, metrics).Concat(Read(status.Candidate?.Revision, ArmName.Candidate, metrics));
        State = Judge.Advance(metrics, plan.Analysis, State, Exposure.Of(status), new Measurement(_world.Now, readings.ToValueList()));
        _world.Verdict = Judge.Conclude(metrics, plan.Analysis, State);
    }

    private IEnumerable<PodReading> Read(Revision? revision, ArmName arm, ValueList<MetricSpec> metrics) =>
        Pods(revision).Select(pod => new PodReading
        {
            Uid = pod.Name,
            Pod = pod.Name,
            Arm = arm,
            Epoch = "0",
            ReadySince = pod.ReadyAt,
            At = _world.Now,
            Failure = SourceFailure,
            Metrics = SourceFailure is null ? metrics.Select(metric => _counters.TryGetValue(pod.Name, out var counters) ? counters.Read(metric) : new MetricReading.Absent()).ToValueList() : [],
        });

    private List<Counters> Ready(Revision? of)
    {
        var ready = new List<Counters>();
        var hash = of?.Hash ?? "";
        foreach (var pod in Pods(of))
        {
            if (!_counters.TryGetValue(pod.Name, out var counters))
            {
                var behaviour = _behaviours.GetValueOrDefault(hash, SimulatedBehaviour.Good);
                if (!_times.TryGetValue(hash, out var times))
                {
                    _times[hash] = times = behaviour.Cumulative(IstioBounds);
                }

                _counters[pod.Name] = counters = new Counters(behaviour.ErrorRatio, times);
            }

            ready.Add(counters);
        }

        return ready;
    }

    private IEnumerable<SimulatedPod> Pods(Revision? revision) =>
        revision is not { } found ? [] : _world.Find(found.Hash)?.Pods.Where(pod => pod.ReadyAt <= _world.Now) ?? [];

    /// <summary>What one pod tells: the series are absent until its first request, as in a proxy.</summary>
    private sealed class Counters(double errorRatio, double[] times)
    {
        private readonly double[] _buckets = new double[times.Length];
        private double _requests;
        private double _errors;

        public void Answer(SplitMixRandom random, double? failing)
        {
            _requests++;
            _errors += random.NextDouble() < (failing ?? errorRatio) ? 1 : 0;
            var chance = random.NextDouble();
            var bucket = 0;
            while (times[bucket] < chance)
            {
                bucket++;
            }

            _buckets[bucket]++;
        }

        public MetricReading Read(MetricSpec metric)
        {
            if (_requests == 0)
            {
                return new MetricReading.Absent();
            }

            return metric switch
            {
                MetricSpec.ErrorRate or MetricSpec.Guard or MetricSpec.Traffic => new MetricReading.Counts(_requests, _errors),
                MetricSpec.Latency => new MetricReading.Buckets(IstioBounds, Cumulative()),
                _ => new MetricReading.Invalid($"no pod counts {metric.Name}"),
            };
        }

        private ValueList<double> Cumulative()
        {
            var sum = 0.0;
            return _buckets.Select(count => sum += count).ToValueList();
        }
    }
}

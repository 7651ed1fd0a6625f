using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;

namespace Canary.Metrics.Scrape;

/// <summary>One pod in one round: which of its addresses are visited for which metrics, and what came of it. Built and concluded by one caller.</summary>
internal sealed class PodRound
{
    private readonly PodTarget _pod;
    private readonly int _metricCount;
    private readonly List<PodVisit> _visits = [];
    private readonly string? _problem;

    public PodRound(PodTarget pod, ValueList<MetricSpec> metrics, CompiledMetric[] compiled)
    {
        _pod = pod;
        _metricCount = metrics.Count;
        var byAddress = new Dictionary<Uri, List<int>>();
        for (var i = 0; i < metrics.Count; i++)
        {
            if (!ScrapeAddress.TryResolve(metrics[i].Scrape, pod, out var address, out var problem))
            {
                _problem = problem;
                return;
            }

            if (!byAddress.TryGetValue(address, out var indices))
            {
                byAddress[address] = indices = [];
            }

            indices.Add(i);
        }

        _visits.AddRange(byAddress.Select(entry => new PodVisit(pod, entry.Key, [.. entry.Value], [.. entry.Value.Select(i => compiled[i])])));
    }

    /// <summary>The addresses to visit; none when one of them could not be told.</summary>
    public IReadOnlyList<PodVisit> Visits => _visits;

    public PodReading Conclude(DateTimeOffset otherwiseAt)
    {
        var failure = _problem ?? _visits.Select(visit => visit.Answer?.Failure is { } words ? $"{visit.Address}: {words}" : null).FirstOrDefault(words => words is not null);
        var readings = new MetricReading[_metricCount];
        foreach (var visit in failure is null ? _visits : [])
        {
            for (var i = 0; i < visit.Indices.Length; i++)
            {
                readings[visit.Indices[i]] = visit.Answer!.Readings[i]; // concluded only after every visit
            }
        }

        return new PodReading
        {
            Uid = _pod.Uid,
            Pod = _pod.Name,
            Arm = _pod.Arm,
            Epoch = Epoch(),
            ReadySince = _pod.ReadySince,
            At = _visits.Count == 0 ? otherwiseAt : _visits.Max(visit => visit.At),
            Failure = failure,
            Metrics = failure is null ? readings.ToValueList() : [],
        };
    }

    // Container restarts, and when the processes started: "2@1718000000.5". Sorted, for the order of the processes in an answer means nothing.
    private string Epoch()
    {
        var restarts = _pod.Restarts.ToString(CultureInfo.InvariantCulture);
        var starts = _visits.SelectMany(visit => visit.Answer?.StartTimes ?? []).Distinct().Order().Select(start => start.ToString("R", CultureInfo.InvariantCulture));
        var text = string.Join(',', starts);
        return text.Length == 0 ? restarts : $"{restarts}@{text}";
    }
}

/// <summary>One address of one pod, visited once.</summary>
internal sealed class PodVisit(PodTarget pod, Uri address, int[] indices, CompiledMetric[] metrics)
{
    public PodTarget Pod { get; } = pod;

    public Uri Address { get; } = address;

    /// <summary>Places of the metrics within the round's metrics.</summary>
    public int[] Indices { get; } = indices;

    public CompiledMetric[] Metrics { get; } = metrics;

    /// <summary>What came of it; null before the visit.</summary>
    public Answer? Answer { get; set; }

    public DateTimeOffset At { get; set; }
}

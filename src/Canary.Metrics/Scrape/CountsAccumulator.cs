using Canary.Core.Analysis;

namespace Canary.Metrics.Scrape;

/// <summary>Sums requests, and the failed ones among them. A series counts once, however many selectors match it.</summary>
internal sealed class CountsAccumulator(SelectorMatching[] requests, SelectorMatching[] errors) : MetricAccumulator
{
    private readonly LabelSetKey _key = new();
    private readonly HashSet<byte[]>[] _seen = [.. requests.Select(_ => new HashSet<byte[]>(BytesComparer.Instance))];
    private double _requests;
    private double _errors;
    private bool _any;

    public override bool Wants(ReadOnlySpan<byte> name)
    {
        foreach (var selector in requests)
        {
            if (name.SequenceEqual(selector.Metric))
            {
                return true;
            }
        }

        return false;
    }

    protected override void Add(in Sample sample)
    {
        var first = IndexOfMatch(requests, sample);
        if (first < 0)
        {
            return;
        }

        // The same labels match the same selector first, so each selector's set is enough.
        if (!_seen[first].GetAlternateLookup<ReadOnlySpan<byte>>().Add(_key.Sorted(sample, default)))
        {
            Reject($"{Show(sample)} stands twice in one answer");
        }

        if (!IsCount(sample))
        {
            return;
        }

        _any = true;
        _requests += sample.Value;
        if (IndexOfMatch(errors, sample) >= 0)
        {
            _errors += sample.Value;
        }
    }

    protected override MetricReading Conclude() => _any ? new MetricReading.Counts(_requests, _errors) : new MetricReading.Absent();

    private static int IndexOfMatch(SelectorMatching[] selectors, in Sample sample)
    {
        for (var i = 0; i < selectors.Length; i++)
        {
            if (selectors[i].Matches(sample))
            {
                return i;
            }
        }

        return -1;
    }
}

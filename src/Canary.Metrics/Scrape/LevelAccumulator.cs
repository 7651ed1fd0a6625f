using Canary.Core.Analysis;

namespace Canary.Metrics.Scrape;

/// <summary>Makes one number of the series that match. A series counts once, however many selectors match it.</summary>
internal sealed class LevelAccumulator(SelectorMatching[] selectors, Combining combining) : MetricAccumulator
{
    private readonly LabelSetKey _key = new();
    private readonly HashSet<byte[]>[] _seen = [.. selectors.Select(_ => new HashSet<byte[]>(BytesComparer.Instance))];
    private double _sum;
    private double _largest = double.NegativeInfinity;
    private double _smallest = double.PositiveInfinity;
    private int _count;

    public override bool Wants(ReadOnlySpan<byte> name)
    {
        foreach (var selector in selectors)
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
        for (var i = 0; i < selectors.Length; i++)
        {
            if (!selectors[i].Matches(sample))
            {
                continue;
            }

            if (!_seen[i].GetAlternateLookup<ReadOnlySpan<byte>>().Add(_key.Sorted(sample, default)))
            {
                Reject($"{Show(sample)} stands twice in one answer");
            }

            if (!double.IsFinite(sample.Value))
            {
                Reject($"{Show(sample)} is {Number(sample.Value)}, which is no number to judge by");
                return;
            }

            _sum += sample.Value;
            _largest = Math.Max(_largest, sample.Value);
            _smallest = Math.Min(_smallest, sample.Value);
            _count++;
            return;
        }
    }

    protected override MetricReading Conclude() => _count == 0
        ? new MetricReading.Absent()
        : new MetricReading.Level(combining switch
        {
            Combining.Mean => _sum / _count,
            Combining.Max => _largest,
            Combining.Min => _smallest,
            _ => _sum,
        });
}

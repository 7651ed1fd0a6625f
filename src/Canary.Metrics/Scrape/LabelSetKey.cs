namespace Canary.Metrics.Scrape;

/// <summary>Tells label sets apart, whatever the order of their labels. One caller at a time.</summary>
internal sealed class LabelSetKey
{
    private readonly LabelRange[] _sorted = new LabelRange[PrometheusText.MostLabels];
    private byte[] _bytes = new byte[512];

    /// <summary>Writes the labels in the order in which they stand; equal texts are equal sets, and that is the common case.</summary>
    /// <returns>A view that lives until the next call.</returns>
    public ReadOnlySpan<byte> AsWritten(in Sample sample, ReadOnlySpan<byte> without) => Write(sample, sample.Labels, without);

    /// <summary>Writes the labels sorted by name.</summary>
    /// <returns>A view that lives until the next call.</returns>
    public ReadOnlySpan<byte> Sorted(in Sample sample, ReadOnlySpan<byte> without)
    {
        var sorted = _sorted.AsSpan(0, sample.Labels.Length);
        for (var i = 0; i < sorted.Length; i++)
        {
            var label = sample.Labels[i];
            var at = i;
            while (at > 0 && sample.NameOf(sorted[at - 1]).SequenceCompareTo(sample.NameOf(label)) > 0)
            {
                sorted[at] = sorted[at - 1];
                at--;
            }

            sorted[at] = label;
        }

        return Write(sample, sorted, without);
    }

    private ReadOnlySpan<byte> Write(in Sample sample, ReadOnlySpan<LabelRange> labels, ReadOnlySpan<byte> without)
    {
        var used = 0;
        foreach (var label in labels)
        {
            // An empty label is an absent one.
            if (label.ValueLength == 0 || sample.NameOf(label).SequenceEqual(without))
            {
                continue;
            }

            var needed = used + label.NameLength + label.ValueLength + 2;
            if (needed > _bytes.Length)
            {
                Array.Resize(ref _bytes, needed * 2);
            }

            // 0xFF occurs in no UTF-8, so it parts what must not run together.
            sample.NameOf(label).CopyTo(_bytes.AsSpan(used));
            _bytes[used + label.NameLength] = 0xFF;
            sample.ValueOf(label).CopyTo(_bytes.AsSpan(used + label.NameLength + 1));
            _bytes[needed - 1] = 0xFF;
            used = needed;
        }

        return _bytes.AsSpan(0, used);
    }
}

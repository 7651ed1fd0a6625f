namespace Canary.Metrics.Scrape;

/// <summary>One series with its value, as views of the text it was read from; valid only while it is visited.</summary>
internal readonly ref struct Sample
{
    public required ReadOnlySpan<byte> Name { get; init; }

    /// <summary>What the label ranges point into.</summary>
    public required ReadOnlySpan<byte> Text { get; init; }

    public required ReadOnlySpan<LabelRange> Labels { get; init; }

    public required double Value { get; init; }

    /// <summary>The line, counted from 1.</summary>
    public required long Line { get; init; }

    public ReadOnlySpan<byte> NameOf(LabelRange label) => Text.Slice(label.Name, label.NameLength);

    public ReadOnlySpan<byte> ValueOf(LabelRange label) => Text.Slice(label.Value, label.ValueLength);

    /// <summary>Finds a label's value; empty when the label is absent, which in Prometheus is the same.</summary>
    public ReadOnlySpan<byte> Label(ReadOnlySpan<byte> name)
    {
        foreach (var label in Labels)
        {
            if (label.NameLength == name.Length && NameOf(label).SequenceEqual(name))
            {
                return ValueOf(label);
            }
        }

        return default;
    }
}

/// <summary>Where a label stands in the text, without quotes.</summary>
internal readonly record struct LabelRange(int Name, int NameLength, int Value, int ValueLength);

/// <summary>Receives the series that it wants.</summary>
internal interface ISampleVisitor
{
    /// <summary>Whether series of this name are to be visited; asked for every line, so it must be quick.</summary>
    bool Wants(ReadOnlySpan<byte> name);

    void Visit(in Sample sample);
}

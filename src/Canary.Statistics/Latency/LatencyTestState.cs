namespace Canary.Statistics;

/// <summary>Where a latency test stands after some blocks. Made by <see cref="LatencyTest.Start(LatencyTestSettings, NumberList)"/>, moved on by <see cref="LatencyTest.Advance"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit. It first collects a reference of the baseline; the alternatives are made from it, once, and the test runs from the next block on.</remarks>
public sealed class LatencyTestState : IEquatable<LatencyTestState>
{
    private const int Format = 1;

    internal LatencyTestState()
    {
    }

    /// <summary>Upper bounds of all buckets but the last. Blocks with other bounds are refused.</summary>
    public required NumberList Bounds { get; init; }

    /// <summary>Whether the reference is complete and blocks count as evidence.</summary>
    public bool IsRunning => Dictionary is not null;

    /// <summary>The baseline's requests per bucket that the alternatives are made from; still growing until <see cref="IsRunning"/>.</summary>
    public required NumberList ReferenceCounts { get; init; }

    /// <summary>The running baseline distribution: requests per bucket, older blocks fading. Zeros until <see cref="IsRunning"/>.</summary>
    public required NumberList BaselineMemory { get; init; }

    /// <summary>Log evidence of each alternative, natural logarithms; empty until <see cref="IsRunning"/>.</summary>
    public required NumberList Scores { get; init; }

    /// <summary>Largest log evidence so far, natural logarithm, at least 0; e to its negative is a p-value valid at any time.</summary>
    public required double MaximumLogEvidence { get; init; }

    /// <summary>Blocks that carried information since the test runs.</summary>
    public required double Blocks { get; init; }

    /// <summary>The candidate's requests per bucket in those blocks.</summary>
    public required NumberList CandidateCounts { get; init; }

    /// <summary>The baseline's requests per bucket in those blocks.</summary>
    public required NumberList BaselineCounts { get; init; }

    /// <summary>The acceptance tests, one for each of the distinct bounds nearest the reference's p50, p90 and p99; empty until <see cref="IsRunning"/>.</summary>
    public required IReadOnlyList<LatencyThreshold> Thresholds { get; init; }

    /// <summary>The alternatives; null until <see cref="IsRunning"/>.</summary>
    public required LatencyDictionary? Dictionary { get; init; }

    /// <summary>The p-value that stays valid however often one looks, in (0, 1].</summary>
    public double AnytimePValue => Math.Exp(-MaximumLogEvidence);

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <returns>A state equal to the stored one, to the bit. The alternatives are made again from the reference.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static LatencyTestState FromNumbers(IReadOnlyList<double> numbers)
    {
        var reader = new NumberReader(numbers, Format, "latency test");
        var bounds = reader.NextList();
        BucketLayout.Require(bounds);
        var reference = BucketLayout.RequireCounts(bounds, reader.NextCounts(), nameof(numbers));
        var scores = reader.NextList();
        var dictionary = scores.Count == 0 ? null : LatencyDictionary.Build(bounds, reference);
        if (dictionary is not null && scores.Count != dictionary.Alternatives.Count)
        {
            throw reader.Broken($"has {scores.Count} scores for {dictionary.Alternatives.Count} alternatives");
        }

        var state = new LatencyTestState
        {
            Bounds = bounds,
            ReferenceCounts = reference,
            Scores = scores,
            Dictionary = dictionary,
            BaselineMemory = BucketLayout.RequireCounts(bounds, reader.NextCounts(), nameof(numbers)),
            MaximumLogEvidence = reader.NextFinite(),
            Blocks = reader.NextCount(),
            CandidateCounts = BucketLayout.RequireCounts(bounds, reader.NextCounts(), nameof(numbers)),
            BaselineCounts = BucketLayout.RequireCounts(bounds, reader.NextCounts(), nameof(numbers)),
            Thresholds = ReadThresholds(reader, bounds),
        };
        reader.End();
        return state;
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, then everything that <see cref="FromNumbers"/> needs; about 100 + 6 x buckets numbers.</returns>
    public NumberList ToNumbers()
    {
        var writer = new NumberWriter(Format)
            .Add(Bounds)
            .Add(ReferenceCounts)
            .Add(Scores)
            .Add(BaselineMemory)
            .Add(MaximumLogEvidence)
            .Add(Blocks)
            .Add(CandidateCounts)
            .Add(BaselineCounts)
            .Add(Thresholds.Count);
        foreach (var threshold in Thresholds)
        {
            writer.Add(threshold.BoundIndex);
            threshold.Test.Write(writer);
        }

        return writer.ToList();
    }

    /// <inheritdoc />
    public bool Equals(LatencyTestState? other) =>
        other is not null && (ReferenceEquals(this, other) || ToNumbers().Equals(other.ToNumbers()));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as LatencyTestState);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Bounds, ReferenceCounts, Scores, Blocks);

    private static LatencyThreshold[] ReadThresholds(NumberReader reader, NumberList bounds)
    {
        var thresholds = new LatencyThreshold[reader.NextLength()];
        for (var i = 0; i < thresholds.Length; i++)
        {
            var index = reader.NextCount();
            if (index >= bounds.Count || index != Math.Floor(index))
            {
                throw reader.Broken($"names bound {index} of {bounds.Count}");
            }

            thresholds[i] = new() { BoundIndex = (int)index, Bound = bounds[(int)index], Test = CountTestState.Read(reader) };
        }

        return thresholds;
    }
}

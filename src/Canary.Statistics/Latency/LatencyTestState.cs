namespace Canary.Statistics;

/// <summary>Where a latency test stands after some blocks. Made by <see cref="LatencyTest.Start(LatencyTestSettings, NumberList, double)"/>, moved on by <see cref="LatencyTest.Advance"/>, <see cref="LatencyTest.Restart"/> and <see cref="LatencyTest.ChangeLayout"/>.</summary>
/// <remarks>Immutable; equal by value, to the bit. It first collects a reference of the baseline; the alternatives are made from it, once, and the test runs from the next block on.</remarks>
public sealed record LatencyTestState
{
    private const int Format = 2;

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

    /// <summary>What the stakes on each alternative have become, natural logarithms; the logarithm of the staked share when the test begins to run, empty until <see cref="IsRunning"/>.</summary>
    public required NumberList Scores { get; init; }

    /// <summary>Share of the budget that will be staked when the reference is complete, in [0, 1]; it counts as it is until then. 0 as soon as <see cref="IsRunning"/>.</summary>
    public required double Pending { get; init; }

    /// <summary>Share of the budget that is not staked yet, in [0, 1); it counts as it is until <see cref="LatencyTest.Restart"/> or <see cref="LatencyTest.ChangeLayout"/> stakes it.</summary>
    public required double Unspent { get; init; }

    /// <summary>Evidence from buckets that were used before and that nothing will be added to, natural logarithm; negative infinity while the buckets are the first.</summary>
    public required double Frozen { get; init; }

    /// <summary>Largest log evidence so far, natural logarithm, at least 0; e to its negative is a p-value valid at any time.</summary>
    public required double MaximumLogEvidence { get; init; }

    /// <summary>Blocks that carried information since the test runs.</summary>
    public required double Blocks { get; init; }

    /// <summary>The candidate's requests per bucket in those blocks; from zero again when the buckets change.</summary>
    public required NumberList CandidateCounts { get; init; }

    /// <summary>The baseline's requests per bucket in those blocks; from zero again when the buckets change.</summary>
    public required NumberList BaselineCounts { get; init; }

    /// <summary>The acceptance tests, one for each of the distinct bounds nearest the reference's p50, p90 and p99; empty until <see cref="IsRunning"/>.</summary>
    public required IReadOnlyList<LatencyThreshold> Thresholds { get; init; }

    /// <summary>The alternatives; null until <see cref="IsRunning"/>. Made of <see cref="Bounds"/> and <see cref="ReferenceCounts"/>, and so not stored.</summary>
    public required LatencyDictionary? Dictionary { get; init; }

    /// <summary>The p-value that stays valid however often one looks, in (0, 1].</summary>
    public double AnytimePValue => Math.Exp(-MaximumLogEvidence);

    /// <summary>The state from numbers that <see cref="ToNumbers"/> gave.</summary>
    /// <param name="numbers">Those numbers, unchanged.</param>
    /// <param name="known">The alternatives of an earlier state of the same test, if at hand (<see cref="Dictionary"/>); used when they were made from the same histogram, which saves making them again.
    /// The state is the same to the bit with or without.</param>
    /// <returns>A state equal to the stored one, to the bit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    /// <exception cref="ArgumentException">The numbers are not a state of this version, or were damaged.</exception>
    public static LatencyTestState FromNumbers(IReadOnlyList<double> numbers, LatencyDictionary? known = null)
    {
        var reader = new NumberReader(numbers, Format, "latency test");
        var bounds = reader.NextList();
        BucketLayout.Require(bounds);
        var reference = BucketLayout.RequireLength(bounds, reader.NextAmounts(), nameof(numbers));
        var scores = reader.NextList();
        var search = ReadSearch(reader);
        if (scores.Count != 0 && reference.Sum() == 0)
        {
            throw reader.Broken("runs without a reference");
        }

        if (scores.Count != 0 && scores.Count != LatencyDictionary.Size)
        {
            throw reader.Broken($"has {scores.Count} scores for {LatencyDictionary.Size} alternatives");
        }

        var state = new LatencyTestState
        {
            Bounds = bounds,
            ReferenceCounts = reference,
            Scores = scores,
            Dictionary = scores.Count == 0 ? null : known is not null && known.IsOf(bounds, reference, search) ? known : LatencyDictionary.Make(bounds, reference, search),
            BaselineMemory = BucketLayout.RequireLength(bounds, reader.NextAmounts(), nameof(numbers)),
            Pending = reader.NextRatio(),
            Unspent = reader.NextRatio(),
            Frozen = ReadFrozen(reader),
            MaximumLogEvidence = reader.NextFinite(),
            Blocks = reader.NextCount(),
            CandidateCounts = BucketLayout.RequireLength(bounds, reader.NextAmounts(), nameof(numbers)),
            BaselineCounts = BucketLayout.RequireLength(bounds, reader.NextAmounts(), nameof(numbers)),
            Thresholds = ReadThresholds(reader, bounds),
        };
        reader.End();
        return state;
    }

    /// <summary>The state as plain numbers, to be stored.</summary>
    /// <returns>A format number, then everything that <see cref="FromNumbers"/> needs, all finite; about 100 + 5 x buckets numbers.</returns>
    public NumberList ToNumbers()
    {
        var writer = new NumberWriter(Format)
            .Add(Bounds)
            .Add(ReferenceCounts)
            .Add(Scores)
            .Add((int)(Dictionary?.Search ?? default))
            .Add(BaselineMemory)
            .Add(Pending)
            .Add(Unspent)
            .Add(double.IsNegativeInfinity(Frozen) ? NumberList.Empty : [Frozen]) // JSON has no infinities
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

    /// <summary>Equal when every number is, to the bit.</summary>
    /// <param name="other">The state to compare with.</param>
    /// <returns>Whether both would be stored as the same numbers.</returns>
    public bool Equals(LatencyTestState? other) =>
        other is not null && (ReferenceEquals(this, other) || ToNumbers().Equals(other.ToNumbers()));

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Bounds, ReferenceCounts, Scores, Blocks);

    private static LatencySearch ReadSearch(NumberReader reader) => reader.Next() switch
    {
        (double)LatencySearch.Specified => LatencySearch.Specified,
        (double)LatencySearch.Broad => LatencySearch.Broad,
        var other => throw reader.Broken($"searches for alternatives of kind {other}"),
    };

    private static double ReadFrozen(NumberReader reader)
    {
        var frozen = reader.NextList();
        return frozen.Count switch
        {
            0 => double.NegativeInfinity,
            1 => frozen[0],
            _ => throw reader.Broken($"has {frozen.Count} numbers for the frozen evidence"),
        };
    }

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

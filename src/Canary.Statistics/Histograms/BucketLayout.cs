namespace Canary.Statistics;

/// <summary>What bounds and counts of a latency histogram must look like.</summary>
internal static class BucketLayout
{
    public static void Require(NumberList bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        if (bounds.Count == 0)
        {
            throw new ArgumentException("A histogram has at least one finite bound.", nameof(bounds));
        }

        for (var i = 0; i < bounds.Count; i++)
        {
            Statistics.Require.Positive(bounds[i], nameof(bounds));
            if (i > 0 && bounds[i] <= bounds[i - 1])
            {
                throw new ArgumentException($"Bounds increase; {bounds[i]} follows {bounds[i - 1]}.", nameof(bounds));
            }
        }
    }

    /// <summary>Whether a list can be the bounds of a histogram, said without throwing.</summary>
    public static bool IsLayout(NumberList bounds)
    {
        for (var i = 0; i < bounds.Count; i++)
        {
            if (!double.IsFinite(bounds[i]) || bounds[i] <= (i == 0 ? 0 : bounds[i - 1]))
            {
                return false;
            }
        }

        return bounds.Count > 0;
    }

    public static NumberList RequireCounts(NumberList bounds, NumberList counts, string name)
    {
        ArgumentNullException.ThrowIfNull(counts, name);
        RequireLength(bounds, counts, name);
        foreach (var count in counts)
        {
            Statistics.Require.Count(count, name);
        }

        return counts;
    }

    public static NumberList RequireLength(NumberList bounds, NumberList counts, string name) =>
        counts.Count == bounds.Count + 1
            ? counts
            : throw new ArgumentException($"{bounds.Count} bounds make {bounds.Count + 1} buckets; there are {counts.Count} counts.", name);
}

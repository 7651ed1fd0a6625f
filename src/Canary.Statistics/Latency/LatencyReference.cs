namespace Canary.Statistics;

/// <summary>What a latency test is made of when it begins: the alternatives, and the bounds at which it can be accepted, from what is known of the baseline.</summary>
internal static class LatencyReference
{
    // A bucket that the old ones say nothing about still gets a trace, as in the alternatives.
    private const double SmallestShare = 1e-7;

    private static ReadOnlySpan<double> AcceptanceQuantiles => [0.5, 0.9, 0.99];

    /// <summary>A test of evidence 1 on a reference, with a share of the budget staked as soon as the reference is complete.</summary>
    public static LatencyTestState Begin(LatencyTestSettings settings, NumberList bounds, NumberList reference, double share) =>
        Completed(settings, new()
        {
            Bounds = bounds,
            ReferenceCounts = reference,
            BaselineMemory = Zeros(bounds),
            Scores = NumberList.Empty,
            Pending = share,
            Unspent = 1 - share,
            Frozen = double.NegativeInfinity,
            MaximumLogEvidence = 0,
            Blocks = 0,
            CandidateCounts = Zeros(bounds),
            BaselineCounts = Zeros(bounds),
            Thresholds = [],
            Dictionary = null,
        });

    /// <summary>Lets a test run whose reference has enough requests; another is as it was.</summary>
    public static LatencyTestState Completed(LatencyTestSettings settings, LatencyTestState collecting) =>
        collecting.ReferenceCounts.Sum() < settings.MinimumReferenceRequests ? collecting : Running(settings, collecting);

    /// <summary>Lets a test run on the reference that it has.</summary>
    public static LatencyTestState Running(LatencyTestSettings settings, LatencyTestState collected) => collected with
    {
        BaselineMemory = collected.ReferenceCounts,
        Dictionary = LatencyDictionary.Make(collected.Bounds, collected.ReferenceCounts, settings.Search),
        Scores = Filled(LatencyDictionary.Size, Math.Log(collected.Pending)),
        Pending = 0,
        Thresholds = [.. AcceptanceBounds(collected.Bounds, collected.ReferenceCounts).Select(index => new LatencyThreshold
        {
            BoundIndex = index,
            Bound = collected.Bounds[index],
            Test = CountTest.Start(settings.Acceptance),
        })],
    };

    /// <summary>The same requests in other buckets: spread as the survival curve through the old bounds says, exact where a new bound is an old one.</summary>
    public static NumberList Rebinned(NumberList bounds, NumberList counts, NumberList newBounds)
    {
        var total = counts.Sum();
        if (total == 0)
        {
            return Zeros(newBounds);
        }

        var curve = new SurvivalCurve(bounds, Floored(counts, total));
        var rebinned = new double[newBounds.Count + 1];
        var slower = 1.0;
        for (var i = 0; i < newBounds.Count; i++)
        {
            var next = Math.Min(slower, curve.At(newBounds[i]));
            rebinned[i] = total * (slower - next);
            slower = next;
        }

        rebinned[^1] = total * slower;
        return NumberList.Own(rebinned);
    }

    /// <summary>Shares of requests per bucket, none of them zero.</summary>
    public static double[] Floored(NumberList counts, double total)
    {
        var shares = new double[counts.Count];
        var sum = 0.0;
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = Math.Max(counts[i] / total, SmallestShare);
            sum += shares[i];
        }

        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] /= sum;
        }

        return shares;
    }

    public static NumberList Zeros(NumberList bounds) => NumberList.Own(new double[bounds.Count + 1]);

    public static NumberList Filled(int count, double value)
    {
        var values = new double[count];
        Array.Fill(values, value);
        return NumberList.Own(values);
    }

    /// <summary>The distinct bounds nearest the quantiles of the reference, by ratio.</summary>
    private static SortedSet<int> AcceptanceBounds(NumberList bounds, NumberList reference)
    {
        var nearest = new SortedSet<int>();
        var cumulative = Cumulative(reference);
        foreach (var quantile in AcceptanceQuantiles)
        {
            nearest.Add(Nearest(bounds, Histograms.Interpolate(bounds, cumulative, quantile)));
        }

        return nearest;
    }

    /// <summary>The position of the bound nearest a latency, by ratio.</summary>
    public static int Nearest(NumberList bounds, double latency)
    {
        var target = Math.Log(latency);
        var best = 0;
        for (var i = 1; i < bounds.Count; i++)
        {
            if (Math.Abs(Math.Log(bounds[i]) - target) < Math.Abs(Math.Log(bounds[best]) - target))
            {
                best = i;
            }
        }

        return best;
    }

    private static double[] Cumulative(NumberList counts)
    {
        var cumulative = counts.ToArray();
        for (var i = 1; i < cumulative.Length; i++)
        {
            cumulative[i] += cumulative[i - 1];
        }

        return cumulative;
    }
}

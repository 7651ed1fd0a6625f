namespace Canary.Core.Analysis;

/// <summary>Tells whether a weight is seen in the traffic.</summary>
internal static class ShareCheck
{
    private const double FewestRequests = 100;

    /// <summary>The candidate's share of the requests; null without requests.</summary>
    public static double? Observed(ShareCount count) => count.Stable + count.Candidate > 0 ? count.Candidate / (count.Stable + count.Candidate) : null;

    /// <summary>Whether the share is within two percentage points or three standard deviations of the weight; null below 100 requests.</summary>
    public static bool? Seen(ShareCount count)
    {
        var requests = count.Stable + count.Candidate;
        if (requests < FewestRequests)
        {
            return null;
        }

        var weight = count.Weight.Percent / 100.0;
        return Math.Abs(count.Candidate / requests - weight) <= Math.Max(0.02, 3 * Math.Sqrt(weight * (1 - weight) / requests));
    }
}

namespace Canary.Statistics;

/// <summary>Evidence about the share of requests that exceed a bound, from one arm alone.</summary>
/// <remarks>The mean over a few odds of the likelihood ratio against a share: an e-process while the share does not change. Checked against 50-digit vectors and by enumeration.</remarks>
internal readonly ref struct ExceedanceEvidence
{
    private readonly ReadOnlySpan<double> _logOdds;
    private readonly ReadOnlySpan<double> _gains;

    private ExceedanceEvidence(ReadOnlySpan<double> logOdds, ReadOnlySpan<double> gains)
    {
        _logOdds = logOdds;
        _gains = gains;
    }

    private static ReadOnlySpan<double> Odds => [1.2, 1.5, 2, 3, 5, 10];

    /// <summary>Evidence against "at most this share exceeds".</summary>
    public static ExceedanceEvidence More(double share) => Against(share, 1);

    /// <summary>Evidence against "at least this share exceeds".</summary>
    public static ExceedanceEvidence Fewer(double share) => Against(share, -1);

    /// <summary>Natural logarithm of the evidence.</summary>
    /// <param name="exceeding">Requests that exceed.</param>
    /// <param name="requests">All requests.</param>
    public double Of(double exceeding, double requests)
    {
        Span<double> scores = stackalloc double[_gains.Length];
        var largest = double.NegativeInfinity;
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = exceeding * (_logOdds[i] - _gains[i]) - (requests - exceeding) * _gains[i];
            largest = Math.Max(largest, scores[i]);
        }

        var sum = 0.0;
        foreach (var score in scores)
        {
            sum += Math.Exp(score - largest);
        }

        return largest + Math.Log(sum / scores.Length);
    }

    // with odds h the share becomes h share / (1 - share + h share)
    private static ExceedanceEvidence Against(double share, int direction)
    {
        var logOdds = new double[Odds.Length];
        var gains = new double[Odds.Length];
        for (var i = 0; i < gains.Length; i++)
        {
            logOdds[i] = direction * Math.Log(Odds[i]);
            gains[i] = LogSpace.LogOnePlus(share * ((direction > 0 ? Odds[i] : 1 / Odds[i]) - 1));
        }

        return new(logOdds, gains);
    }
}

namespace Canary.Statistics;

/// <summary>Traffic of two arms, as far as planning a count test needs it.</summary>
/// <remarks>Immutable.</remarks>
public readonly record struct CountTraffic
{
    /// <summary>Makes checked traffic.</summary>
    /// <param name="candidateRate">Requests of the candidate per second; finite, 0 or more.</param>
    /// <param name="baselineRate">Requests of the baseline per second; finite, 0 or more.</param>
    /// <param name="baselineErrorRatio">Share of the baseline's requests that are bad, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public CountTraffic(double candidateRate, double baselineRate, double baselineErrorRatio)
    {
        CandidateRate = Require.NotNegative(candidateRate);
        BaselineRate = Require.NotNegative(baselineRate);
        BaselineErrorRatio = Require.Ratio(baselineErrorRatio);
    }

    /// <summary>Requests of the candidate per second.</summary>
    public double CandidateRate { get; }

    /// <summary>Requests of the baseline per second.</summary>
    public double BaselineRate { get; }

    /// <summary>Share of the baseline's requests that are bad, in [0, 1].</summary>
    public double BaselineErrorRatio { get; }
}

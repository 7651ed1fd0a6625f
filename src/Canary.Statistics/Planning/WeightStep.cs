namespace Canary.Statistics;

/// <summary>A time with one weight, in a plan.</summary>
/// <remarks>Immutable.</remarks>
public readonly record struct WeightStep
{
    /// <summary>Makes a checked step.</summary>
    /// <param name="candidateShare">Share of both arms' requests that goes to the candidate, in [0, 1].</param>
    /// <param name="seconds">How long; 0 or more, positive infinity for "until it is decided".</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public WeightStep(double candidateShare, double seconds)
    {
        CandidateShare = Require.Ratio(candidateShare);
        Seconds = seconds >= 0 ? seconds : throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "Must be 0 or more.");
    }

    /// <summary>Share of both arms' requests that goes to the candidate, in [0, 1].</summary>
    public double CandidateShare { get; }

    /// <summary>How long, seconds.</summary>
    public double Seconds { get; }

    internal CountTraffic Traffic(double requestRate, double baselineErrorRatio) =>
        new(requestRate * CandidateShare, requestRate * (1 - CandidateShare), baselineErrorRatio);
}

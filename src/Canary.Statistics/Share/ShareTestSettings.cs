namespace Canary.Statistics;

/// <summary>What a share test tolerates. Fixed before the first block.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record ShareTestSettings
{
    /// <summary>Makes checked settings.</summary>
    /// <param name="least">Odds of a completed request to be the candidate's, as a multiple of the planned odds, that are still fine; in (0, 1].</param>
    /// <param name="most">The largest multiple that is still fine; finite, at least 1.</param>
    /// <param name="dispersion">Largest number of requests that stay together (a connection, a user's session), or a measured substitute; all evidence is divided by it in log space. Finite, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ShareTestSettings(
        double least = StatisticsDefaults.LeastShareRatio, double most = StatisticsDefaults.MostShareRatio, double dispersion = StatisticsDefaults.Dispersion)
    {
        Least = Require.Share(least);
        Most = Require.AtLeastOne(most);
        Dispersion = Require.AtLeastOne(dispersion);
        TooFew = new(StatisticsDefaults.FewerGrid, least, 0, dispersion);
        TooMany = new(StatisticsDefaults.RollbackGrid, most, 0, dispersion);
    }

    /// <summary>Smallest multiple of the planned odds that is fine, in (0, 1].</summary>
    public double Least { get; }

    /// <summary>Largest multiple of the planned odds that is fine, at least 1.</summary>
    public double Most { get; }

    /// <summary>Divides all evidence in log space; at least 1.</summary>
    public double Dispersion { get; }

    internal CountTestSettings TooFew { get; }

    internal CountTestSettings TooMany { get; }

    /// <summary>Settings for requests that come in sessions: users or connections that stay with one arm.</summary>
    /// <param name="requestsPerSession">Mean requests of a whole session, however long it lasts; finite, at least 1. What is seen within a block is not enough: sessions that outlive it count whole.</param>
    /// <param name="least">Smallest multiple of the planned odds that is fine, in (0, 1].</param>
    /// <param name="most">Largest multiple that is fine; finite, at least 1.</param>
    /// <returns>Settings with <see cref="StatisticsDefaults.DispersionSafety"/> times that mean as dispersion, and 1 for sessions of single requests.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Simulated with sessions of 5 to 300 requests within a block and over 5 minutes, at 10 to 1,000 requests/s: at most 0.3 % false warnings in an hour at 1 %, where dispersion 1 gave up to 100 %.</remarks>
    public static ShareTestSettings ForSessions(
        double requestsPerSession, double least = StatisticsDefaults.LeastShareRatio, double most = StatisticsDefaults.MostShareRatio) =>
        new(least, most, Require.AtLeastOne(requestsPerSession) == 1 ? 1 : StatisticsDefaults.DispersionSafety * requestsPerSession);

    /// <summary>Equal when tolerance and dispersion are.</summary>
    /// <param name="other">The settings to compare with.</param>
    /// <returns>Whether both ask the same question.</returns>
    public bool Equals(ShareTestSettings? other) =>
        other is not null && Least.Equals(other.Least) && Most.Equals(other.Most) && Dispersion.Equals(other.Dispersion);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Least, Most, Dispersion);
}

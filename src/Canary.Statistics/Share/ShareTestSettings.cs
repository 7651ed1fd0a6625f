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

    /// <summary>Equal when tolerance and dispersion are.</summary>
    /// <param name="other">The settings to compare with.</param>
    /// <returns>Whether both ask the same question.</returns>
    public bool Equals(ShareTestSettings? other) =>
        other is not null && Least.Equals(other.Least) && Most.Equals(other.Most) && Dispersion.Equals(other.Dispersion);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Least, Most, Dispersion);
}

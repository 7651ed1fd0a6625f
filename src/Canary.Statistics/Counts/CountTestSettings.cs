namespace Canary.Statistics;

/// <summary>What a count test asks: which margin, on which side, against which alternatives. Fixed before the first block.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed record CountTestSettings
{
    private readonly double[] _logRatios;
    private readonly double[] _logWeights;

    /// <summary>Makes checked settings.</summary>
    /// <param name="grid">Alternatives: ratios of the candidate's rate to the margin, at least one, finite; all greater than 1 (rollback) or all in (0, 1) (acceptance).</param>
    /// <param name="marginRatio">r0: the margin is r0 times the baseline's rate plus d0. Finite, greater than 0.</param>
    /// <param name="marginDifference">d0, a share of requests in [0, 1).</param>
    /// <param name="dispersion">Largest number of requests that fail together, or a measured substitute; all evidence is divided by it in log space. Finite, at least 1.</param>
    /// <param name="weights">As many weights of the alternatives, each finite and greater than 0, of any sum; null weighs all alike. Which are found sooner, not how often an alarm is false.</param>
    /// <exception cref="ArgumentNullException"><paramref name="grid"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="grid"/> is empty, lies on both sides of 1, or has another length than the weights.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public CountTestSettings(NumberList grid, double marginRatio, double marginDifference, double dispersion, NumberList? weights = null)
    {
        ArgumentNullException.ThrowIfNull(grid);
        if (grid.Count == 0)
        {
            throw new ArgumentException("At least one alternative is needed.", nameof(grid));
        }

        foreach (var ratio in grid)
        {
            Require.Positive(ratio, nameof(grid));
            if (ratio == 1 || ratio > 1 != grid[0] > 1)
            {
                throw new ArgumentException("Alternatives lie all above 1 (rollback) or all below 1 (acceptance).", nameof(grid));
            }
        }

        Weights = weights ?? NumberList.Own([.. grid.Select(_ => 1.0)]);
        if (Weights.Count != grid.Count)
        {
            throw new ArgumentException($"There are {Weights.Count} weights for {grid.Count} alternatives.", nameof(weights));
        }

        var sum = Require.Positive(Weights.Sum(weight => Require.Positive(weight, nameof(weights))), nameof(weights));
        Grid = grid;
        MarginRatio = Require.Positive(marginRatio);
        MarginDifference = Require.BelowOne(marginDifference);
        Dispersion = Require.AtLeastOne(dispersion);
        _logRatios = [.. grid.Select(ratio => Math.Log(ratio))];
        _logWeights = [.. Weights.Select(weight => Math.Log(weight / sum))];
    }

    /// <summary>Alternatives: ratios of the candidate's rate to the margin.</summary>
    public NumberList Grid { get; }

    /// <summary>Weights of the alternatives, each greater than 0, of any sum.</summary>
    public NumberList Weights { get; }

    /// <summary>r0, greater than 0.</summary>
    public double MarginRatio { get; }

    /// <summary>d0, a share of requests in [0, 1).</summary>
    public double MarginDifference { get; }

    /// <summary>Divides all evidence in log space; at least 1.</summary>
    public double Dispersion { get; }

    /// <summary>Whether evidence speaks for "worse than the margin" (rollback) rather than for "better than the margin" (acceptance).</summary>
    public bool SeeksWorse => Grid[0] > 1;

    internal ReadOnlySpan<double> LogRatios => _logRatios;

    internal ReadOnlySpan<double> LogWeights => _logWeights;

    /// <summary>Settings of the rollback side: evidence against "the candidate's rate is at most r0 times the baseline's plus d0".</summary>
    /// <param name="marginRatio">r0, greater than 0.</param>
    /// <param name="marginDifference">d0, a share of requests in [0, 1).</param>
    /// <param name="dispersion">At least 1.</param>
    /// <returns>Settings with <see cref="StatisticsDefaults.RollbackGrid"/> and its weights.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static CountTestSettings Rollback(
        double marginRatio = StatisticsDefaults.RollbackMarginRatio,
        double marginDifference = StatisticsDefaults.RollbackMarginDifference,
        double dispersion = StatisticsDefaults.Dispersion) =>
        new(StatisticsDefaults.RollbackGrid, marginRatio, marginDifference, dispersion, StatisticsDefaults.RollbackWeights);

    /// <summary>Settings of the acceptance side: evidence against "the candidate's rate is at least r1 times the baseline's plus d1".</summary>
    /// <param name="marginRatio">r1, greater than 0.</param>
    /// <param name="marginDifference">d1, a share of requests in [0, 1). Where both arms have no errors at all, only d1 greater than 0 can ever prove anything.</param>
    /// <param name="dispersion">At least 1.</param>
    /// <returns>Settings with <see cref="StatisticsDefaults.AcceptanceGrid"/> and its weights.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static CountTestSettings Acceptance(
        double marginRatio = StatisticsDefaults.AcceptanceMarginRatio,
        double marginDifference = StatisticsDefaults.AcceptanceMarginDifference,
        double dispersion = StatisticsDefaults.Dispersion) =>
        new(StatisticsDefaults.AcceptanceGrid, marginRatio, marginDifference, dispersion, StatisticsDefaults.AcceptanceWeights);

    /// <summary>Equal when margin, grid, weights and dispersion are.</summary>
    /// <param name="other">The settings to compare with.</param>
    /// <returns>Whether both ask the same question.</returns>
    public bool Equals(CountTestSettings? other) =>
        other is not null && Grid.Equals(other.Grid) && Weights.Equals(other.Weights) && MarginRatio.Equals(other.MarginRatio)
        && MarginDifference.Equals(other.MarginDifference) && Dispersion.Equals(other.Dispersion);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Grid, Weights, MarginRatio, MarginDifference, Dispersion);
}

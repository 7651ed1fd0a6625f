using System.Collections.Immutable;

namespace Canary.Statistics;

/// <summary>An alternative before it is made from a histogram. Quantile and size are those of <see cref="LatencyAlternative"/>.</summary>
internal readonly record struct LatencyShape(LatencyChange Change, double Quantile, double Size, double Weight)
{
    /// <summary>How many there are, whatever is searched for.</summary>
    public const int Count = 27;

    private static ImmutableArray<LatencyShape> Specified { get; } =
    [
        .. from size in new[] { 1.02, 1.05, 1.12, 1.3, 2 } select new LatencyShape(LatencyChange.Scale, 0, size, 0.3 / 5),
        .. from quantile in new[] { 0.5, 0.9, 0.97 } from size in new[] { 1.1, 1.3, 1.8, 3 } select new LatencyShape(LatencyChange.Stretch, quantile, size, 0.4 / 12),
        .. from quantile in new[] { 0.9, 0.99 } from size in new[] { 0.0005, 0.002, 0.008, 0.03, 0.12 } select new LatencyShape(LatencyChange.Contamination, quantile, size, 0.3 / 10),
    ];

    // Chosen among 48 alternatives by expectation maximisation of the evidence at 1.2 times the information bound, over 21 regressions of three distributions (two lognormal, one
    // with two humps) in two bucket layouts, those of docs/analysis.md twice; checked on two other distributions.
    private static ImmutableArray<LatencyShape> Broad { get; } =
    [
        new(LatencyChange.Scale, 0, 1.02, 0.100),
        new(LatencyChange.Scale, 0, 1.05, 0.090),
        new(LatencyChange.Scale, 0, 1.12, 0.035),
        new(LatencyChange.Scale, 0, 1.3, 0.030),
        new(LatencyChange.Scale, 0, 2, 0.020),
        new(LatencyChange.Stretch, 0.9, 3, 0.020),
        new(LatencyChange.Stretch, 0.95, 1.1, 0.060),
        new(LatencyChange.Stretch, 0.95, 1.3, 0.065),
        new(LatencyChange.Stretch, 0.95, 1.8, 0.020),
        new(LatencyChange.Stretch, 0.95, 3, 0.055),
        new(LatencyChange.Stretch, 0.97, 1.1, 0.015),
        new(LatencyChange.Stretch, 0.97, 1.3, 0.105),
        new(LatencyChange.Stretch, 0.97, 1.8, 0.020),
        new(LatencyChange.Stretch, 0.97, 3, 0.060),
        new(LatencyChange.Contamination, 0.9, 0.0005, 0.010),
        new(LatencyChange.Contamination, 0.9, 0.008, 0.020),
        new(LatencyChange.Contamination, 0.9, 0.12, 0.015),
        new(LatencyChange.Contamination, 0.99, 0.002, 0.025),
        new(LatencyChange.Contamination, 0.99, 0.008, 0.010),
        new(LatencyChange.Delay, 0, 0.15, 0.020),
        new(LatencyChange.Delay, 0.5, 0.3, 0.035),
        new(LatencyChange.Delay, 0.9, 1, 0.010),
        new(LatencyChange.Delay, 0.97, 3, 0.010),
        new(LatencyChange.Delay, 0.99, 3, 0.025),
        new(LatencyChange.Delay, 0.99, 10, 0.055),
        new(LatencyChange.Delay, 0.997, 20, 0.030),
        new(LatencyChange.Delay, 0.997, 50, 0.040),
    ];

    private static NumberList SpecifiedLogWeights { get; } = [.. Specified.Select(shape => Math.Log(shape.Weight))];

    private static NumberList BroadLogWeights { get; } = [.. Broad.Select(shape => Math.Log(shape.Weight))];

    public static ImmutableArray<LatencyShape> Of(LatencySearch search) => search == LatencySearch.Broad ? Broad : Specified;

    public static ReadOnlySpan<double> LogWeights(LatencySearch search) => (search == LatencySearch.Broad ? BroadLogWeights : SpecifiedLogWeights).AsSpan();
}

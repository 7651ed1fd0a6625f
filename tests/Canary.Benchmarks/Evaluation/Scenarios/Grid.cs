using System.Globalization;

namespace Canary.Benchmarks.Evaluation.Scenarios;

/// <summary>The traffic of the reference's cells.</summary>
internal static class Grid
{
    /// <summary>Requests per second of both arms.</summary>
    public static IReadOnlyList<double> Rates { get; } = [10, 100, 1000];

    /// <summary>The candidate's share of them.</summary>
    public static IReadOnlyList<double> Weights { get; } = [0.01, 0.05, 0.1, 0.25, 0.5];

    public static IEnumerable<(double Rate, double Weight)> Cells => from rate in Rates from weight in Weights select (rate, weight);

    public static string Percent(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{100 * ratio:0.###}%");

    public static string Name(double rate, double weight) => string.Create(CultureInfo.InvariantCulture, $"{rate} rps, w {Percent(weight)}");
}

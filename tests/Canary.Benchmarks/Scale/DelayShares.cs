using System.Globalization;
using Canary.Benchmarks.Idle;

namespace Canary.Benchmarks.Scale;

/// <summary>How many rounds were no later than each bound of the engine's histogram.</summary>
/// <param name="Rounds">All rounds.</param>
/// <param name="Mean">Their mean delay, in seconds.</param>
/// <param name="Within">For each bound, in seconds and ascending, the share of the rounds that were no later; in [0, 1].</param>
internal sealed record DelayShares(double Rounds, double Mean, IReadOnlyList<(double Bound, double Share)> Within)
{
    private const string Metric = "canary_measurement_delay_seconds";

    /// <summary>Reads what has come since an earlier moment.</summary>
    /// <param name="now">The engine's metrics.</param>
    /// <param name="earlier">Those of the earlier moment.</param>
    /// <param name="until">Which of the two delays.</param>
    public static DelayShares Of(EngineMetrics now, EngineMetrics earlier, string until)
    {
        double Grown(string series) => now.Sum(series) - earlier.Sum(series);
        var rounds = Grown($"{Metric}_count{{until=\"{until}\"}}");
        var bounds = now.LabelValues($"{Metric}_bucket", "le").Where(bound => bound != "+Inf").Select(bound => (Text: bound, Bound: double.Parse(bound, CultureInfo.InvariantCulture)));
        return new DelayShares(
            rounds,
            rounds > 0 ? Grown($"{Metric}_sum{{until=\"{until}\"}}") / rounds : 0,
            [.. bounds.OrderBy(bound => bound.Bound).Select(bound => (bound.Bound, rounds > 0 ? Grown($"{Metric}_bucket{{until=\"{until}\",le=\"{bound.Text}\"}}") / rounds : 0))]);
    }

    /// <summary>The share that was no later than one of the bounds.</summary>
    public double NoLaterThan(double seconds) => Within.First(one => one.Bound >= seconds).Share;
}

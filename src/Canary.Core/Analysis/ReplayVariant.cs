using System.Globalization;

namespace Canary.Core.Analysis;

/// <summary>Other settings to judge the same rounds with.</summary>
/// <param name="Name">What differs, in the words of a manifest.</param>
/// <param name="Metrics">What is judged.</param>
/// <param name="Spec">How it is judged.</param>
public sealed record ReplayVariant(string Name, ValueList<MetricSpec> Metrics, AnalysisSpec Spec)
{
    private static readonly double[] FalseRollbacks = [0.001, 0.01, 0.05];

    private static readonly double[] MarginRatios = [1, 1.1, 1.25, 1.5];

    private static readonly double[] AcceptRatios = [1.25, 1.5, 2];

    /// <summary>Settings around those of a rollout, one thing changed at a time: the error budget, the margin, the acceptance bound.</summary>
    /// <param name="metrics">What was judged.</param>
    /// <param name="spec">How it was judged.</param>
    /// <returns>The variants; those equal to what was are left out.</returns>
    public static ValueList<ReplayVariant> Around(ValueList<MetricSpec> metrics, AnalysisSpec spec)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(spec);
        var budgets = FalseRollbacks.Select(chance => new ReplayVariant(Named("falseRollback", chance), metrics, spec with { FalseRollback = chance }));
        var margins = MarginRatios.Select(ratio => new ReplayVariant(Named("marginRatio", ratio), Moved(metrics, margins => margins with { Ratio = ratio, AcceptRatio = Math.Max(margins.AcceptRatio, ratio + 0.1) }), spec));
        var acceptances = AcceptRatios.Select(ratio => new ReplayVariant(Named("acceptRatio", ratio), Moved(metrics, margins => margins with { AcceptRatio = Math.Max(ratio, margins.Ratio) }), spec));
        return [.. budgets.Concat(margins).Concat(acceptances).Where(variant => variant.Spec != spec || variant.Metrics != metrics)];
    }

    /// <summary>The same metrics with other margins, where they have any.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="move">The new margins for the old.</param>
    /// <returns>The metrics in the same order.</returns>
    public static ValueList<MetricSpec> Moved(ValueList<MetricSpec> metrics, Func<Margins, Margins> move)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(move);
        return [.. metrics.Select(metric => metric switch
        {
            MetricSpec.ErrorRate errors => errors with { Margins = move(errors.Margins) },
            MetricSpec.Latency latency => latency with { Margins = move(latency.Margins) },
            _ => metric,
        })];
    }

    private static string Named(string setting, double value) => string.Create(CultureInfo.InvariantCulture, $"{setting}={value}");
}

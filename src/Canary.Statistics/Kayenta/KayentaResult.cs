namespace Canary.Statistics;

/// <summary>What Kayenta's judge found for one metric.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Classification">The finding.</param>
/// <param name="IsCritical">Whether it makes the whole score 0 unless it passes.</param>
/// <param name="Deviation">Mean of the candidate over mean of the baseline; 1 when nothing was compared, NaN when a mean is 0.</param>
/// <param name="Comparison">The interval that decided; null when a short cut did.</param>
public sealed record KayentaResult(KayentaMetric Metric, KayentaClassification Classification, bool IsCritical, double Deviation, KayentaInterval? Comparison);

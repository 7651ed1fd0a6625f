namespace Canary.Statistics;

/// <summary>The points of one metric for both sides, as Kayenta's judge gets them.</summary>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Tags">The labels that the series have in common.</param>
/// <param name="Baseline">Points of the baseline (Kayenta's control), any order; NaN where one is missing.</param>
/// <param name="Candidate">Points of the candidate (Kayenta's experiment), any order; NaN where one is missing. Not aligned with the baseline's, and not necessarily as many.</param>
/// <param name="Problem">Why the series could not be paired; null when they could.</param>
public sealed record KayentaPair(string Metric, KayentaTags Tags, NumberList Baseline, NumberList Candidate, string? Problem = null);

namespace Canary.Statistics;

/// <summary>One series of one side, as read from a source.</summary>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Tags">Its labels.</param>
/// <param name="Points">Its points in order of time; NaN where one is missing.</param>
/// <param name="ExpectedPoints">Points that the interval has room for, (end - start) / step; missing ones at the end become NaN. 0 adds none.</param>
public sealed record KayentaSeries(string Metric, KayentaTags Tags, NumberList Points, int ExpectedPoints = 0);

namespace Canary.Statistics;

/// <summary>The score of one group of metrics.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Score">Share of its metrics that passed, in percent, of those that were compared or had to be; 0 without any.</param>
/// <param name="HasNoData">Whether there was none; the summary then takes 100.</param>
public sealed record KayentaGroupScore(string Group, double Score, bool HasNoData);

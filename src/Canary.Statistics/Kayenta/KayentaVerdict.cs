namespace Canary.Statistics;

/// <summary>What one judgement of Kayenta's judge came to.</summary>
/// <param name="Score">Summary score, 0 to 100 for weights that add up to 100, rounded half up to two decimals.</param>
/// <param name="Grade">What it means.</param>
/// <param name="Groups">Scores of the groups, in order of first appearance.</param>
/// <param name="Results">Findings of all metrics, muted ones too.</param>
/// <param name="Reason">Why the score is 0 whatever the groups say; null when they decide.</param>
public sealed record KayentaVerdict(double Score, KayentaGrade Grade, IReadOnlyList<KayentaGroupScore> Groups, IReadOnlyList<KayentaResult> Results, string? Reason);

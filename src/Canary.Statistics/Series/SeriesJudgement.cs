namespace Canary.Statistics;

/// <summary>A judgement of two series with its numbers.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="Shift">How much higher the candidate is (Hodges-Lehmann), in the unit of the series; null without points.</param>
/// <param name="Interval">The interval that the outcome rests on; it holds in this and all other judgements of the rollout together.</param>
/// <param name="Margin">Half-width of what is allowed, in the unit of the series.</param>
/// <param name="CandidatePoints">Usable points of the candidate.</param>
/// <param name="BaselinePoints">Usable points of the baseline.</param>
public sealed record SeriesJudgement(SeriesOutcome Outcome, double? Shift, ShiftInterval Interval, double Margin, int CandidatePoints, int BaselinePoints)
{
    /// <summary>Whether the candidate is proven to be beyond the margin.</summary>
    public bool IsBeyond => Outcome is SeriesOutcome.Higher or SeriesOutcome.Lower;
}

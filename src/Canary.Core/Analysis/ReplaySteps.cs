using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>Finds the planned steps of a replay: each weight that is higher than all before begins one, and stakes its share of the budget. Pure; thread-safe.</summary>
public static class ReplaySteps
{
    /// <summary>Tells each round how many weights were begun, and how many are still planned.</summary>
    /// <param name="rounds">The rounds in order of time.</param>
    /// <param name="later">How many weights were planned after the first; null takes those that the rounds have.</param>
    /// <returns>The same rounds.</returns>
    public static ValueList<ReplayRound> Count(IReadOnlyList<ReplayRound> rounds, int? later = null)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        var begun = new int[rounds.Count];
        var highest = Weight.Zero;
        for (var i = 0; i < begun.Length; i++)
        {
            var exposure = rounds[i].Exposure;
            var rises = exposure.Since is not null && exposure.Weight > highest && exposure.Weight < Weight.Full;
            highest = rises ? exposure.Weight : highest;
            begun[i] = (i == 0 ? 0 : begun[i - 1]) + (rises ? 1 : 0);
        }

        var planned = later is { } known ? known + 1 : Math.Max(1, begun.LastOrDefault());
        return rounds.Select((round, i) => round with { Exposure = round.Exposure with { Begun = Math.Max(1, begun[i]), Later = Math.Max(0, planned - Math.Max(1, begun[i])) } }).ToValueList();
    }
}

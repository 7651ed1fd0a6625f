using System.Globalization;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>Compares traffic with what it should be: settled, or changed by somebody else.</summary>
internal static class TrafficRules
{
    /// <summary>After this many changes by others within <see cref="Window"/> the weights are left alone.</summary>
    public const int MostDrifts = 3;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>How long the weights are left alone before they are put back once more.</summary>
    public static readonly TimeSpan StallFor = TimeSpan.FromMinutes(5);

    public static void Compare(Pass pass)
    {
        var status = pass.Status;
        if (status.Traffic is not { } wanted)
        {
            return;
        }

        if (Matches(pass.Observed.Traffic, wanted))
        {
            if (wanted.SettledAt is null || status.StalledSince is not null)
            {
                pass.Status = status with { Traffic = wanted with { SettledAt = wanted.SettledAt ?? pass.Now }, StalledSince = null };
            }
        }
        else if (wanted.SettledAt is not null)
        {
            Drift(pass, wanted);
        }
        else if (status.StalledSince is { } since && pass.Due(since + StallFor))
        {
            pass.Status = status with { StalledSince = null, DriftAt = [] };
        }
    }

    private static bool Matches(TrafficObservation seen, TrafficStatus wanted) =>
        seen.Carries(wanted.Weight, wanted.BaselineServes)
        && seen.StableSubset == wanted.StableSubset
        && seen.CandidateSubset == wanted.CandidateSubset
        && (wanted.Baseline is null || seen.BaselineSubset == wanted.Baseline.Subset);

    private static void Drift(Pass pass, TrafficStatus wanted)
    {
        var status = pass.Status;
        var seen = pass.Observed.Traffic;
        var unsettled = status with { Traffic = wanted with { SettledAt = null } };
        if (seen.Problems.Count > 0 || seen.Routes.Count == 0)
        {
            // a missing route is told as a problem, not as somebody's weights
            pass.Status = unsettled;
            return;
        }

        var drifts = status.DriftAt.Where(at => at > pass.Now - Window).Append(pass.Now).ToValueList();
        var who = seen.LastWriter is { } writer ? $"field manager {writer}" : "another writer";
        var what = string.Join(", ", seen.Routes.Select(route => string.Create(CultureInfo.InvariantCulture, $"{route.Name} {route.StableWeight}/{route.CandidateWeight}{(route.BaselineWeight is { } baseline ? $"/{baseline}" : "")}")));
        var stalls = drifts.Count >= MostDrifts;
        pass.Announce(
            stalls ? "Stalled" : "TrafficDrift",
            stalls
                ? $"another writer sets the weights ({who}, {drifts.Count} times within a minute: {what}); they are left alone until it stops, 5 minutes pass, or a command is given"
                : $"{who} changed the traffic to {what}; put back to {wanted.Weight} on {wanted.CandidateSubset}",
            warning: true);
        pass.Status = unsettled with { DriftAt = stalls ? [] : drifts, StalledSince = stalls ? pass.Now : status.StalledSince };
    }
}

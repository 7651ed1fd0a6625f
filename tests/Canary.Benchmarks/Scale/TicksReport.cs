using System.Globalization;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Scale;

/// <summary>Tells how rounds kept to their times in words and tables.</summary>
internal static class TicksReport
{
    public static string Write(TicksFacts facts, ScaleSize size, int inProgress)
    {
        var delays = new Table(["after due, at most", .. facts.Started.Within.Select(one => Table.Time(1e9 * one.Bound))]);
        delays.Add(["the reading began", .. facts.Started.Within.Select(one => Percent(one.Share))]);
        delays.Add(["counted, and what followed done", .. facts.Counted.Within.Select(one => Percent(one.Share))]);
        var costs = new Table("engine", "processor, of one core", "own memory", "resident");
        costs.Add($"{size.Rollouts:N0} Rollouts, none in progress", "", Table.Bytes(facts.Idle.Own), Table.Bytes(facts.Idle.Resident));
        costs.Add($"{size.Rollouts:N0} Rollouts, {inProgress:N0} in progress", Percent(facts.Core), Table.Bytes(facts.Facts.Own), Table.Bytes(facts.Facts.Resident));
        var requests = new Table("requests", "a second", "a round");
        foreach (var (series, value) in facts.Requests)
        {
            requests.Add($"`{series[(series.IndexOf('{') + 1)..^1]}`", Table.Number(value / facts.Elapsed.TotalSeconds), Table.Number(value / Math.Max(1, facts.Counted.Rounds)));
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            {size.Rollouts:N0} Rollouts of {size.Replicas} pods, {inProgress:N0} of them in an analysis by `golden-signals` with an interval of 10 s; server: {size.Server}. The pods have a status
            only, and one small server tells the metrics of all, two status codes and one caller each. The engine is the controller as delivered, a process of its own,
            without leader election. Everything shares the machine, the engine's processor time is its own.

            **{Percent(facts.Counted.NoLaterThan(1))} of {facts.Counted.Rounds:N0} rounds were counted, and what followed from them done, within 1 s of due;
            the engine took {Percent(facts.Core)} of one core** ({Table.Number(1000 * facts.Core * facts.Elapsed.TotalSeconds / Math.Max(1, facts.Counted.Rounds), "ms")} a round).
            Mean delay {Table.Number(1000 * facts.Started.Mean, "ms")} until the reading began, {Table.Number(1000 * facts.Counted.Mean, "ms")} in all.
            Must hold: 99 % within 1 s, under one core.

            {delays}
            {costs}
            {requests}
            Passes: {Listed(facts.Passes)}. Rounds: {Listed(facts.Rounds)}. In {facts.Elapsed.TotalSeconds:0} s.
            """);
    }

    private static string Listed(IEnumerable<(string Series, double Value)> all) =>
        string.Join(", ", all.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Value:N0} {one.Series[(one.Series.IndexOf('"', StringComparison.Ordinal) + 1)..^2]}")));

    private static string Percent(double share) => share >= 1 ? "100 %" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");
}

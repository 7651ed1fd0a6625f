using System.Globalization;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Scale;

/// <summary>Tells how long aborts took.</summary>
internal static class AbortReport
{
    public static string Write(AbortFacts facts, ScaleSize size, int inProgress)
    {
        var table = new Table("milliseconds, of " + facts.FromSent.Count.ToString(CultureInfo.InvariantCulture), "p50", "p90", "p99", "longest");
        Row(table, "from the order being sent", facts.FromSent);
        Row(table, "from the order being answered", facts.FromAnswered);
        return string.Create(CultureInfo.InvariantCulture, $"""
            {size.Rollouts:N0} Rollouts of {size.Replicas} pods, {inProgress:N0} of them in an analysis by `golden-signals` with an interval of 10 s, which goes on ({facts.Analysed:N0} at the end); server:
            {size.Server}. One after the other is aborted by its annotation, and another one gets a new image instead. Time ends when a watch of the benchmark's own
            reads the VirtualService with weight 0 for the candidate: the order's way to the engine, its decision stored, the route patched, and the event's way are all in
            it. Engine (as delivered, a process of its own), servers and benchmark share the machine's cores.

            **p50 {Milliseconds(facts.FromSent, 0.5)} ms, p99 {Milliseconds(facts.FromSent, 0.99)} ms from the order being sent.** Must hold: p50 under 50 ms, p99 under 250 ms.

            {table}
            The engine took {100 * facts.Core:0.#} % of one core meanwhile.
            """);
    }

    private static void Row(Table table, string what, IReadOnlyList<TimeSpan> sorted) =>
        table.Add([what, .. new[] { 0.5, 0.9, 0.99, 1 }.Select(share => Milliseconds(sorted, share))]);

    private static string Milliseconds(IReadOnlyList<TimeSpan> sorted, double share) => Table.Number(Quantile.Of(sorted, share).TotalMilliseconds);
}

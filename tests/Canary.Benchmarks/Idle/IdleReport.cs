using System.Globalization;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Idle;

/// <summary>Tells the costs of idling in words and tables.</summary>
internal static class IdleReport
{
    public static string Write(IReadOnlyList<IdleFacts> runs, int rollouts, int replicas, TimeSpan window)
    {
        var time = new Table("process", "to ready", "to all Rollouts settled", "processor time until then");
        var memory = new Table("process", "own memory", "resident", "peak resident");
        var idle = new Table("process", "processor, of one core", "passes", "requests to the API server");
        foreach (var run in runs)
        {
            time.Add(run.What, Seconds(run.Ready), Seconds(run.Settled), Seconds(run.SettledProcessor));
            memory.Add(run.What, Table.Bytes(run.Facts.Own), Table.Bytes(run.Facts.Resident), Table.Bytes(run.Facts.Peak));
            idle.Add(run.What, $"{Table.Number(100 * run.Core)} %", Count(run.Passes), Count(run.Requests.Sum(series => series.Value)));
        }

        var (empty, full, last) = (runs[0], runs[2], runs[^1]);
        return string.Create(CultureInfo.InvariantCulture, $"""
            A cluster in the benchmark's own process: {rollouts} Deployments of {replicas} pods, each with a Service, a VirtualService, a DestinationRule and a Rollout, in 20
            namespaces; the pods only have a status, and there is no traffic. The engine is the controller as delivered, a process of its own, without leader election.

            **Each Rollout adds {Table.Bytes(Math.Max(0, full.Facts.Own - empty.Facts.Own) / (double)rollouts)} of own memory** after a cold restart
            ({Table.Bytes(Math.Max(0, last.Facts.Own - empty.Facts.Own) / (double)rollouts)} with the workstation collector), its Deployment, ReplicaSet, pods and mesh objects included.

            ### Time from the start of the process

            {time}
            Ready: every kind was listed. Settled: every Rollout is Healthy, had a pass, and nothing waits. At the first start each Rollout is taken over: a finalizer, a
            status, the subsets of its DestinationRule.

            ### Memory after {window.TotalSeconds:0} s of idling

            {memory}
            Own memory is RssAnon and RssShmem: what no file backs. The collector gives memory back late, so a process that was busy before holds more than it uses.

            ### {window.TotalSeconds:0} s of idling

            {idle}
            {Requests(runs[1])}
            """);
    }

    private static string Requests(IdleFacts run) => run.Requests.Count == 0
        ? "No request was made: ten watches stand open, and every Rollout is looked at again every 10 minutes from memory."
        : $"Requests after the first start: {string.Join(", ", run.Requests.Select(series => $"{Count(series.Value)} x `{series.Series[(series.Series.IndexOf('{') + 1)..^1]}`"))}.";

    private static string Seconds(TimeSpan time) => Table.Number(time.TotalSeconds, "s");

    private static string Count(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;
using Canary.Sandbox;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canary.Benchmarks.CommandLines;

/// <summary>Starts the published command line again and again, each time as a new process, and measures until it has ended.</summary>
internal static class CommandLineRun
{
    private const int Rollouts = 100;

    public static async Task<string> RunAsync(FileInfo program, int runs, TimeProvider time, CancellationToken cancellation)
    {
        await using var cluster = await SandboxCluster.StartAsync(
            new SandboxOptions { Engine = false, DataPlane = new DataPlaneOptions { Nodes = null, Mesh = null } }, time, NullLoggerFactory.Instance, cancellation);
        await cluster.ApplyAsync(YamlTree.ParseAll(Manifests()).OfType<JsonObject>(), cancellation);
        string[] access = ["--kubeconfig", cluster.Kubeconfig, "-n", "bench"];
        var rows = new[]
        {
            Row("`canary --help`", "80 ms", Measure(program, runs, time, "--help")),
            Row($"`canary list` of {Rollouts} Rollouts", "250 ms", Measure(program, runs, time, ["list", .. access])),
            Row("`canary get`", "", Measure(program, runs, time, ["get", "checkout-1", .. access])),
        };
        return string.Create(CultureInfo.InvariantCulture, $"""
            Each row is {runs} processes of the published program ({program.Length / 1048576.0:0.0} MiB), one after the other, from its start to its end, its output thrown away. The API
            server is the sandbox's, in the benchmark's own process, on the same machine.

            | call | must hold | median | 90th percentile | largest |
            |---|---:|---:|---:|---:|
            {string.Join('\n', rows)}
            """);
    }

    private static string Row(string call, string bound, List<double> took) => string.Create(
        CultureInfo.InvariantCulture, $"| {call} | {bound} | {took[took.Count / 2]:0} ms | {took[took.Count * 9 / 10]:0} ms | {took[^1]:0} ms |");

    /// <summary>Milliseconds of each run, smallest first; the first two runs, which read the program from the disk, do not count.</summary>
    private static List<double> Measure(FileInfo program, int runs, TimeProvider time, params string[] arguments)
    {
        var took = new List<double>();
        for (var run = 0; run < runs + 2; run++)
        {
            var started = time.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo(program.FullName, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!; // a new process, so never null
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{program.Name} {string.Join(' ', arguments)} ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
            }

            took.Add(time.GetElapsedTime(started).TotalMilliseconds);
        }

        took = took[2..];
        took.Sort();
        return took;
    }

    private static string Manifests() => "apiVersion: v1\nkind: Namespace\nmetadata: {name: bench}\n" + string.Concat(Enumerable.Range(1, Rollouts).Select(number => $$$"""
        ---
        apiVersion: canary.dev/v1alpha1
        kind: Rollout
        metadata: {name: checkout-{{{number}}}, namespace: bench}
        spec:
          workloadRef: {name: checkout-{{{number}}}}
          service: checkout-{{{number}}}
          traffic: {istio: {virtualServices: [{name: checkout-{{{number}}}}]}}
          analysis: {templates: [{name: golden-signals, clusterScope: true}]}

        """));
}

using System.CommandLine;
using Canary.Sandbox;
using Canary.Sandbox.Demo;
using Canary.Sandbox.Load;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Nodes;
using Serilog;
using Serilog.Extensions.Logging;
using Spectre.Console;

var once = new Option<bool>("--once") { Description = "End after the demonstration; status 0 only if every version ended as it must" };
var kubeconfig = new Option<FileInfo?>("--kubeconfig") { Description = "Use this API server instead of the sandbox's own; it must run the Deployment controller, and serve Istio's kinds" };
var port = new Option<int>("--port") { Description = "Loopback port of the API server; a free one by default" };
var rate = new Option<double>("--rate") { Description = "Requests per second", DefaultValueFactory = _ => 400 };
var idle = new Option<bool>("--idle") { Description = "No demonstration: an empty cluster with the engine, to try things in" };
var noEngine = new Option<bool>("--no-engine") { Description = "Leave the engine out, to run it as a process of its own" };
var bare = new Option<bool>("--bare") { Description = "Only the API server and its controllers: for a second sandbox that is given --kubeconfig" };
var log = new Option<FileInfo?>("--log") { Description = "Write the engine's and the cluster's log to this file" };
var root = new RootCommand("A cluster in one process, and Canary in it: four versions of a shop's checkout are rolled out, by themselves.") { once, kubeconfig, port, rate, idle, bare, noEngine, log };
root.SetAction(async (parsed, cancellation) =>
{
    await using var logs = new LoggerConfiguration()
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning)
        .MinimumLevel.Override("System.Net.Http", Serilog.Events.LogEventLevel.Warning)
        .MinimumLevel.Override("Quartz", Serilog.Events.LogEventLevel.Warning)
        .WriteTo.File(parsed.GetValue(log)?.FullName ?? Path.Combine(Path.GetTempPath(), "canary-sandbox.log"), formatProvider: System.Globalization.CultureInfo.InvariantCulture)
        .CreateLogger();
    using var loggers = new SerilogLoggerFactory(logs);
    var time = TimeProvider.System;
    var isBare = parsed.GetValue(bare);
    var demonstrates = !isBare && !parsed.GetValue(idle);
    var options = new SandboxOptions
    {
        Kubeconfig = parsed.GetValue(kubeconfig)?.FullName,
        Port = parsed.GetValue(port),
        Engine = !isBare && !parsed.GetValue(noEngine),
        DataPlane = new DataPlaneOptions
        {
            Nodes = isBare ? null : new NodeOptions(),
            Mesh = isBare ? null : new MeshOptions(),
            Load = demonstrates ? new LoadOptions { Targets = [new LoadTarget("checkout", parsed.GetValue(rate))], Seed = 7 } : null,
        },
    };
    IDemoView view = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? new LineView(Console.Out) : new LiveView(AnsiConsole.Console);
    try
    {
        await using var cluster = await SandboxCluster.StartAsync(options, time, loggers, cancellation);
        view.Title("A cluster in one process");
        Console.WriteLine($"kubectl --kubeconfig {cluster.Kubeconfig} get rollouts,deployments,replicasets,pods -A");
        if (cluster.EngineAddress is { } engine)
        {
            Console.WriteLine($"{engine}metrics  {engine}readyz");
        }

        IReadOnlyList<string> wrong = [];
        if (demonstrates)
        {
            wrong = await new Demonstration(cluster, view, new DemonstrationPlan()).RunAsync(cancellation);
            Console.WriteLine(wrong.Count == 0 ? "\nAll four versions ended as they must." : $"\n{wrong.Count} things are not as they must be:\n- {string.Join("\n- ", wrong)}");
        }

        if (!parsed.GetValue(once))
        {
            Console.WriteLine($"""

                The cluster stays up until you press Ctrl+C. Try:
                  export KUBECONFIG={cluster.Kubeconfig}
                  kubectl -n shop get rollouts -w
                  kubectl -n shop set image deployment/checkout checkout=shop/checkout:v6
                  kubectl -n shop annotate rollout checkout canary.dev/command=abort
                  kubectl -n shop annotate rollout checkout canary.dev/command=rollback
                  kubectl -n shop describe rollout checkout
                """);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
        }

        return wrong.Count == 0 ? 0 : 1;
    }
    catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
    {
        return 0;
    }
});
return await root.Parse(args).InvokeAsync();

using System.Text.Json.Nodes;
using Canary.Cli.Output;
using Canary.Kubernetes.Api;
using Canary.Sandbox.Nodes;
using Canary.Scenarios.Support;
using Xunit;

namespace Canary.Scenarios.Analyzing;

/// <summary>The command line against a cluster: two versions' pods as they serve now, and what the engine recorded.</summary>
public sealed class CommandLineTests(SharedCluster cluster) : IDisposable
{
    private static readonly string[] Quick = ["--set", "interval=200ms", "--set", "warmUp=0s"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("canary-analyze-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Analyze_VersionWithErrors_FailsAndIsReplayedToTheSameVerdict()
    {
        var (ns, kubeconfig) = await ServeAsync("analyze-fail", "v3-errors");
        await using var feed = new EvenFeed(await cluster.RunAsync(), ns);
        var record = Path.Combine(_folder.FullName, "measured.jsonl");

        var live = await CallAsync(["analyze", "--stable", "deployment/old", "--candidate", "deployment/new", "-n", ns, "--kubeconfig", kubeconfig, "--template", "judge", "--for", "40s", "--record", record, .. Quick]);
        var replayed = await CallAsync(["analyze", record, "--metrics", Template(), "-o", "json", .. Quick]);

        Assert.True(live.Exit == 1, $"{live.Out}{live.Error}");
        Assert.StartsWith("FAIL  errors ", live.Out, StringComparison.Ordinal);
        Assert.Contains(" of 40 s | 2 + 2 pods | errors ", live.Error, StringComparison.Ordinal);
        Assert.Equal(1, replayed.Exit);
        Assert.Equal(live.Out.Split('\n')[0]["FAIL  ".Length..], (string?)JsonNode.Parse(replayed.Out)!["reason"]);
    }

    [Fact]
    public async Task Analyze_GoodVersion_Passes()
    {
        var (ns, kubeconfig) = await ServeAsync("analyze-pass", "v2");
        await using var feed = new EvenFeed(await cluster.RunAsync(), ns);

        var call = await CallAsync(["analyze", "--stable", "app=old", "--candidate", "app=new", "-n", ns, "--kubeconfig", kubeconfig, "--metrics", Template(), "--for", "40s", .. Quick]);

        Assert.True(call.Exit == 0, $"{call.Out}{call.Error}");
        Assert.StartsWith("PASS  ", call.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Analyze_NoRequests_IsUnknown()
    {
        var (ns, kubeconfig) = await ServeAsync("analyze-silent", "v2");

        var call = await CallAsync(["analyze", "--stable", "deployment/old", "--candidate", "deployment/new", "-n", ns, "--kubeconfig", kubeconfig, "--metrics", Template(), "--for", "3s", .. Quick]);

        Assert.Equal(3, call.Exit);
        Assert.StartsWith("UNKNOWN  ", call.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deployment/none", "deployment/new", "judge", "--stable: there is no such object in namespace analyze-wrong")]
    [InlineData("deployment/old", "deployment/new", "none", "neither an AnalysisTemplate none in namespace analyze-wrong nor a ClusterAnalysisTemplate")]
    [InlineData("deployment/old", "app", "judge", "--candidate app: it is deployment/NAME")]
    [InlineData("deployment/old", "app in (old,new)", "judge", "select 2 pods together")]
    public async Task Analyze_WrongNames_AreRefusedWithTheRemedy(string stable, string candidate, string template, string expected)
    {
        var (ns, kubeconfig) = await ServeAsync("analyze-wrong", "v2");

        var call = await CallAsync(["analyze", "--stable", stable, "--candidate", candidate, "-n", ns, "--kubeconfig", kubeconfig, "--template", template, .. Quick]);

        Assert.Equal((2, ""), (call.Exit, call.Out));
        Assert.Contains(expected, call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_ExportedAnalysisRun_DecidesAsTheEngineDid()
    {
        var shop = await Shop.OpenAsync(cluster, "replay", new ShopManifests("[{setWeight: 25}, {analyze: {atMost: 10m}}, {setWeight: 100}]") { Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}" });
        var kubectl = new Kubectl(shop.Running.Cluster.Kubeconfig, shop.Namespace);
        await using (new Feed(shop))
        {
            await shop.SetImageAsync("v3-errors");
            await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "RolledBack", "the candidate is rolled back");
        }

        var run = (await kubectl.RunAsync("get", "analysisruns", "-o", "name")).Trim().Split('\n')[^1];
        var exported = Path.Combine(_folder.FullName, "run.yaml");
        await File.WriteAllTextAsync(exported, await kubectl.RunAsync("get", run, "-o", "yaml"), Cancellation);
        var stored = JsonNode.Parse(await kubectl.RunAsync("get", run, "-o", "json"))!["status"]!["metrics"]![0]!;

        var call = await CallAsync(["replay", exported, "-o", "json"]);

        Assert.True(call.Exit == 0, call.Error);
        var read = JsonNode.Parse(call.Out)!;
        Assert.Equal("Fail", (string?)read["decision"]!["state"]);
        var last = read["rounds"]!.AsArray()[^1]!["metrics"]![0]!;
        foreach (var count in new[] { "stableRequests", "stableBad", "candidateRequests", "candidateBad" })
        {
            Assert.Equal((double)stored[count]!, (double)last[count]!);
        }

        // one pod stands for all of an arm, and blocks may have been merged: the evidence is the same but for that
        Assert.Equal((double)stored["logEvidence"]!, (double)last["logEvidence"]!, 0.2 * Math.Abs((double)stored["logEvidence"]!));
        Assert.Equal(25, (int)read["steps"]![0]!["weight"]!);
    }

    private static async Task<(int Exit, string Out, string Error)> CallAsync(string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exit = await Cli.CommandLine.RunAsync(arguments, new Terminal(output, error, isInteractive: false, hasColour: false), TimeProvider.System, Cancellation);
        return (exit, output.ToString(), error.ToString());
    }

    private string Template()
    {
        var path = Path.Combine(_folder.FullName, "template.yaml");
        File.WriteAllText(path, new ShopManifests("[]").Template("any"));
        return path;
    }

    /// <summary>Two Deployments, two ready pods each, and the template.</summary>
    private async Task<(string Namespace, string Kubeconfig)> ServeAsync(string ns, string image)
    {
        var running = await cluster.RunAsync();
        var manifests = $$"""
            apiVersion: v1
            kind: Namespace
            metadata: {name: "{{ns}}" }
            ---
            {{new ShopManifests("[]").Template(ns)}}
            ---
            {{Deployment(ns, "old", "v1")}}
            ---
            {{Deployment(ns, "new", image)}}
            """;
        await running.Cluster.ApplyAsync(Kubernetes.Json.YamlTree.ParseAll(manifests).OfType<JsonObject>(), Cancellation);
        var started = TimeProvider.System.GetTimestamp();
        while ((await running.Person.ListAsync(ResourceKind.Pods, ns, null, Cancellation)).Items.Count(Shop.IsReady) < 4)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(40), "the pods do not become ready");
            await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, Cancellation);
        }

        return (ns, running.Cluster.Kubeconfig);
    }

    private static string Deployment(string ns, string name, string image) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{name}}", namespace: "{{ns}}" }
        spec:
          replicas: 2
          selector: {matchLabels: {app: "{{name}}" } }
          template:
            metadata: {labels: {app: "{{name}}" } }
            spec:
              containers: [{name: checkout, image: "shop/checkout:{{image}}", ports: [{name: http, containerPort: 8080}]}]
        """;

    /// <summary>Counts as many requests at each pod of a namespace, without sockets.</summary>
    private sealed class EvenFeed : IAsyncDisposable
    {
        private const int RequestsPerBeat = 50;

        private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _feeding;

        public EvenFeed(SharedCluster.Running running, string ns) => _feeding = RunAsync(running, ns);

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _feeding;
            _stopping.Dispose();
        }

        private async Task RunAsync(SharedCluster.Running running, string ns)
        {
            while (!_stopping.IsCancellationRequested)
            {
                var pods = (await running.Person.ListAsync(ResourceKind.Pods, ns, null, CancellationToken.None)).Items;
                foreach (var workload in pods.Select(pod => running.Cluster.Plane.Nodes!.Find(ns, (string)pod["metadata"]!["name"]!)).OfType<PodWorkload>())
                {
                    for (var sent = 0; sent < RequestsPerBeat; sent++)
                    {
                        workload.Record(workload.Draw(), null, null);
                    }
                }

                await Task.Delay(Beat, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

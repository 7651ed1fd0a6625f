using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;
using Xunit;

namespace Canary.Scenarios.Operating;

/// <summary>A person with nothing but kubectl.</summary>
public sealed class KubectlTests(SharedCluster cluster)
{
    [Fact]
    public async Task EverydayCommands_DuringARollout_ShowAndMoveIt()
    {
        var shop = await Shop.OpenAsync(cluster, "kubectl", new ShopManifests("[{setWeight: 25}, {pause: {}}, {setWeight: 100}]") { Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}" });
        var kubectl = new Kubectl(shop.Running.Cluster.Kubeconfig, shop.Namespace);
        using var watch = kubectl.Start(false, "get", "rollouts", "-w", "--no-headers");
        try
        {
            Assert.Contains("Healthy", await LineAsync(watch, "Healthy"), StringComparison.Ordinal);
            await kubectl.RunAsync("set", "image", "deployment/checkout", "checkout=shop/checkout:v2");
            await kubectl.RunAsync("wait", "rollout/checkout", "--for=jsonpath={.status.stepLabel}=2/3 pause", "--timeout=30s");
            Assert.Contains("25", await LineAsync(watch, "Paused"), StringComparison.Ordinal);
        }
        finally
        {
            watch.Kill();
        }

        var table = (await kubectl.RunAsync("get", "rollouts")).Split('\n');
        Assert.Equal(["NAME", "PHASE", "STEP", "WEIGHT", "VERDICT", "REVISION", "AGE"], Words(table[0]));
        Assert.Equal(["checkout", "Paused", "2/3", "pause", "25"], Words(table[1])[..5]);
        var wide = (await kubectl.RunAsync("get", "ro", "-o", "wide")).Split('\n');
        Assert.Contains("CANDIDATE", wide[0], StringComparison.Ordinal);
        Assert.Contains("MESSAGE", wide[0], StringComparison.Ordinal);
        Assert.Contains("25 % on v2", wide[1], StringComparison.Ordinal);
        var described = await kubectl.RunAsync("describe", "rollout", "checkout");
        Assert.Contains("WeightSet", described, StringComparison.Ordinal);
        Assert.Contains("Paused", described, StringComparison.Ordinal);

        await kubectl.RunAsync("scale", "deployment/checkout", "--replicas=3");
        await kubectl.RunAsync("patch", "rollout", "checkout", "--type=merge", "-p", """{"spec":{"progressDeadline":"5m"}}""");
        await kubectl.RunAsync("annotate", "rollout", "checkout", "canary.dev/command=promote");
        await kubectl.RunAsync("wait", "rollout/checkout", "--for=jsonpath={.status.stable.image}=shop/checkout:v2", "--timeout=30s");
        await kubectl.RunAsync("wait", "rollout/checkout", "--for=condition=Ready", "--timeout=30s");
        Assert.Contains("\n2 ", await kubectl.RunAsync("rollout", "history", "deployment/checkout"), StringComparison.Ordinal);
        Assert.Equal("3", await kubectl.RunAsync("get", "deployment", "checkout", "-o", "jsonpath={.spec.replicas}"));
        Assert.Contains("analysisrun", await kubectl.RunAsync("get", "analysisruns", "-o", "name"), StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "rollout", "checkout", "--timeout=30s");
    }

    [Fact]
    public async Task Definitions_AreListedExplainedAndStrict()
    {
        var running = await cluster.RunAsync();
        var kubectl = new Kubectl(running.Cluster.Kubeconfig, "kubectl-apply");
        var examples = (await File.ReadAllTextAsync(Path.Combine(Root, "deploy", "examples", "rollout.yaml"), TestContext.Current.CancellationToken)).Replace("namespace: shop", "namespace: kubectl-apply", StringComparison.Ordinal);
        await kubectl.RunAsync("create", "namespace", "kubectl-apply");

        Assert.Contains("rollouts", await kubectl.RunAsync("api-resources", "--api-group=canary.dev"), StringComparison.Ordinal);
        var explained = await kubectl.RunAsync("explain", "rollout.spec.strategy");
        Assert.Contains("How a candidate is brought in.", explained, StringComparison.Ordinal);
        Assert.Contains("canary", explained, StringComparison.Ordinal);

        var (applied, first) = await kubectl.TryAsync(examples, "apply", "-f", "-");
        Assert.True(applied == 0, first);
        Assert.Contains("rollout.canary.dev/payments created", first, StringComparison.Ordinal);
        var (_, second) = await kubectl.TryAsync(examples, "apply", "-f", "-");
        Assert.DoesNotContain("created", second, StringComparison.Ordinal);
        Assert.Equal("1 1", await kubectl.RunAsync("get", "rollouts", "-o", "jsonpath={.items[*].metadata.generation}"));
        var (code, refused) = await kubectl.TryAsync(examples.Replace("onInconclusive:", "onInconclusve:", StringComparison.Ordinal), "apply", "-f", "-");
        Assert.NotEqual(0, code);
        Assert.Contains("unknown field \"spec.analysis.onInconclusve\"", refused, StringComparison.Ordinal);

        // nothing that it refers to exists, and it says so
        await kubectl.RunAsync("wait", "rollout/payments", "--for=condition=Valid=false", "--timeout=30s");
        Assert.Contains("payments", await kubectl.RunAsync("get", "rollout", "payments", "-o", "jsonpath={.status.message}"), StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "rollouts", "--all", "--timeout=30s");
        Assert.Empty((await running.Person.ListAsync(ResourceKind.Rollouts, "kubectl-apply", null, TestContext.Current.CancellationToken)).Items);
    }

    private static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Canary.sln")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Canary.sln is in no folder above the tests");
            }

            return folder;
        }
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<string> LineAsync(System.Diagnostics.Process process, string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(40));
        while (true)
        {
            var line = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException($"the watch ended before a line with {text}");
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }
}

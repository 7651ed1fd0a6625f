using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Cli.Output;
using Canary.Kubernetes.Api;
using Canary.Sandbox;
using Canary.Sandbox.Nodes;
using Canary.Scenarios.Support;
using Canary.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Scenarios.OnCall;

/// <summary>A person on call with the command line.</summary>
public sealed class CommandLineTests(SharedCluster cluster)
{
    private const string Plan = "[{setWeight: 25}, {pause: {}}, {setWeight: 50}, {pause: {}}, {setWeight: 100}]";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Every command in every phase, along one story: those that are refused first, then the one that moves it on.</summary>
    [Fact]
    public async Task Commands_InEveryPhase_ActOrAreRefusedWithTheReason()
    {
        var shop = await Shop.OpenAsync(cluster, "cli-commands", new ShopManifests(Plan));

        await RefusedAsync(shop, "Healthy", ("promote", "no rollout is under way"), ("resume", "not paused"), ("pause", "no rollout"), ("abort", "no rollout"), ("retry", "no refused revision"), ("rollback", "no earlier revision"));
        await AcceptedAsync(shop, ["set-image", "checkout", "shop/checkout:v2"], 0, "has image shop/checkout:v2 now, shop/checkout:v1 before");
        await AcceptedAsync(shop, ["set-image", "checkout", "checkout=shop/checkout:v2"], 0, "has that image already");
        await AcceptedAsync(shop, ["status", "checkout", "--timeout", "40s"], 6, "waits for a person");

        await RefusedAsync(shop, "Paused", ("retry", "under way"), ("restart", "under way"));
        await AcceptedAsync(shop, ["pause", "rollout/checkout", "--reason", "INC-42"], 0, "waits for a person already");
        await AcceptedAsync(shop, ["resume", "checkout"], 0, "the plan goes on");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "4/5 pause", "it stands at the second pause");
        await AcceptedAsync(shop, ["abort", "checkout", "--reason", "INC-42"], 0, "all requests go back to");
        await AcceptedAsync(shop, ["status", "checkout", "--timeout", "40s"], 3, "aborted by");

        await RefusedAsync(shop, "Degraded", ("promote", "retry starts it again"), ("resume", "not paused"), ("pause", "no rollout"), ("abort", "no rollout"), ("restart", "another revision"));
        await AcceptedAsync(shop, ["retry", "checkout"], 0, "starts again from the first step");
        await AcceptedAsync(shop, ["status", "checkout", "--timeout", "40s"], 6, "waits for a person");
        await AcceptedAsync(shop, ["promote", "checkout", "--yes"], 0, "gets all requests");
        await AcceptedAsync(shop, ["status", "checkout", "--timeout", "40s", "-o", "json"], 0, "\"phase\": \"Healthy\"");
        await AcceptedAsync(shop, ["rollback", "checkout"], 0, "at once: pods first");
        await AcceptedAsync(shop, ["history", "checkout"], 0, "promoted");
        await shop.UntilAsync(rollout => (string?)rollout["status"]?["stable"]?["image"] == "shop/checkout:v1" && rollout["status"]?["engine"]?["journey"] is null, "v1 serves again");
        await AcceptedAsync(shop, ["explain", "checkout"], 0, "Nothing was analysed");
    }

    [Fact]
    public async Task Command_TheSameIdTwice_ActsOnce()
    {
        var shop = await Shop.OpenAsync(cluster, "cli-twice", new ShopManifests(Plan));
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/5 pause", "it stands at the first pause");

        var first = await CallAsync(shop, "resume", "checkout", "--id", "once");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "4/5 pause", "it stands at the second pause");
        var second = await CallAsync(shop, "resume", "checkout", "--id", "once");

        Assert.Equal((0, 0), (first.Exit, second.Exit));
        Assert.Contains("resume once was carried out before", second.Out, StringComparison.Ordinal);
        Assert.Equal("4/5 pause", Shop.StepLabel(await shop.RolloutAsync()));
        Assert.Equal("once", (string?)(await shop.RolloutAsync())["status"]!["lastCommand"]!["id"]);
    }

    [Fact]
    public async Task Command_WithoutTheRight_NamesTheMissingRule()
    {
        var shop = await Shop.OpenAsync(cluster, "cli-rights", new ShopManifests(Plan));
        shop.Running.Fault(shop.Namespace, async http =>
        {
            if (http.Request.Method != "PATCH" || !http.Request.Query["fieldManager"].Contains("canary-cli"))
            {
                return false;
            }

            http.Response.StatusCode = 403;
            await http.Response.WriteAsJsonAsync(new { kind = "Status", code = 403, reason = "Forbidden", message = "rollouts.canary.dev \"checkout\" is forbidden: User \"bob\" cannot patch resource \"rollouts\" in API group \"canary.dev\" in the namespace \"cli-rights\"" }, Cancellation);
            return true;
        });

        var call = await CallAsync(shop, "abort", "checkout");

        shop.Running.Fault(shop.Namespace, null);
        Assert.Equal((1, ""), (call.Exit, call.Out));
        Assert.Contains("refused: bob may not patch rollouts.canary.dev in namespace cli-rights", call.Error, StringComparison.Ordinal);
        Assert.Contains("- {apiGroups: [\"canary.dev\"], resources: [\"rollouts\"], verbs: [\"patch\"]}", call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_WithRightsOnRolloutsAlone_IsCarriedOut()
    {
        var shop = await Shop.OpenAsync(cluster, "cli-narrow", new ShopManifests(Plan));
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/5 pause", "it stands at the first pause");
        shop.Running.Fault(shop.Namespace, async http =>
        {
            // the engine lists its kinds over all namespaces, so that a list of this one is the person's
            var path = http.Request.Path.Value!;
            if (http.Request.Method != "GET" || !(path.EndsWith("/pods", StringComparison.Ordinal) || path.EndsWith("/replicasets", StringComparison.Ordinal) || path.EndsWith("/events", StringComparison.Ordinal)))
            {
                return false;
            }

            http.Response.StatusCode = 403;
            await http.Response.WriteAsJsonAsync(new { kind = "Status", code = 403, reason = "Forbidden", message = "forbidden" }, Cancellation);
            return true;
        });

        var seen = await CallAsync(shop, "get", "checkout");
        var promoted = await CallAsync(shop, "promote", "checkout");

        shop.Running.Fault(shop.Namespace, null);
        Assert.True(seen.Exit == 0, seen.Error);
        Assert.Contains("Paused", seen.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("2/2", seen.Out, StringComparison.Ordinal);
        Assert.True(promoted.Exit == 0, promoted.Error);
    }

    [Fact]
    public async Task Command_WhileTheEngineIsDown_WaitsAndSaysSo()
    {
        await using var down = await SandboxCluster.StartAsync(
            new SandboxOptions { Engine = false, DataPlane = new DataPlaneOptions { Nodes = null, Mesh = null } }, TimeProvider.System, NullLoggerFactory.Instance, Cancellation);
        await down.ApplyAsync(Kubernetes.Json.YamlTree.ParseAll(new ShopManifests(Plan).Text("cli-down")).OfType<JsonObject>(), Cancellation);

        var paused = await CallAsync(down.Kubeconfig, "cli-down", "pause", "checkout", "--timeout", "500ms");
        var resumed = await CallAsync(down.Kubeconfig, "cli-down", "resume", "checkout", "--timeout", "500ms");
        var aborted = await CallAsync(down.Kubeconfig, "cli-down", "abort", "checkout", "--timeout", "500ms");
        var again = await CallAsync(down.Kubeconfig, "cli-down", "abort", "checkout", "--timeout", "500ms");
        var list = await CallAsync(down.Kubeconfig, "cli-down", "get", "checkout");

        Assert.Equal((4, ""), (paused.Exit, paused.Out));
        Assert.Contains("was written, and waits on the Rollout", paused.Error, StringComparison.Ordinal);
        Assert.Contains("kubectl -n canary-system get pods,leases", paused.Error, StringComparison.Ordinal);
        Assert.Equal(1, resumed.Exit);
        Assert.Contains("pause by ", resumed.Error, StringComparison.Ordinal);
        Assert.Contains("still waits for the engine, so nothing was sent", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(4, aborted.Exit);
        Assert.Contains("waited for the engine and was replaced", aborted.Error, StringComparison.Ordinal);
        Assert.Equal(1, again.Exit);
        var annotation = JsonNode.Parse((string)(await down.Api.GetAsync(ResourceKind.Rollouts, "cli-down", "checkout", Cancellation))["metadata"]!["annotations"]!["canary.dev/command"]!)!;
        Assert.Equal("abort", (string?)annotation["verb"]);
        Assert.NotEmpty((string)annotation["by"]!);
        Assert.Contains("waits for the engine", list.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("list", "-A", "-o", "wide")]
    [InlineData("get", "rollout/checkout")]
    [InlineData("get", "checkout", "-o", "yaml")]
    [InlineData("list", "-o", "name")]
    [InlineData("watch", "checkout", "--timeout", "300ms", "--interval", "200ms")]
    [InlineData("lint", "-", "--with-cluster")]
    [InlineData("complete", "get", "che")]
    public async Task Reading_AHealthyRollout_ShowsIt(params string[] arguments)
    {
        var shop = await Shop.OpenAsync(cluster, string.Create(CultureInfo.InvariantCulture, $"cli-read-{arguments[0]}{arguments.Length}"), new ShopManifests(Plan));
        var manifests = new ShopManifests(Plan).Text(shop.Namespace);

        var call = await CallAsync(shop.Running.Cluster.Kubeconfig, shop.Namespace, arguments, manifests[manifests.IndexOf("apiVersion: canary.dev", StringComparison.Ordinal)..]);

        Assert.True(call.Exit == 0, $"{call.Exit}: {call.Out}{call.Error}");
        Assert.Contains(arguments[0] == "lint" ? "nothing is wrong" : "checkout", call.Out + call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_ARolloutThatIsNotThere_NamesThoseThatAre()
    {
        var shop = await Shop.OpenAsync(cluster, "cli-missing", new ShopManifests(Plan));

        var call = await CallAsync(shop, "abort", "chekout");

        Assert.Equal((5, ""), (call.Exit, call.Out));
        Assert.Contains("there is no Rollout chekout in namespace cli-missing; there are checkout", call.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(160)]
    public async Task Watch_InATerminal_IsDrawnOverItself(int width)
    {
        Assert.SkipUnless(Tmux.IsThere, "tmux is not on the PATH; apt-get install tmux");
        var shop = await Shop.OpenAsync(cluster, string.Create(CultureInfo.InvariantCulture, $"cli-watch-{width}"), new ShopManifests(Plan));
        using var terminal = Tmux.Start(width, 40, $"{Program} watch checkout --interval 200ms -n {shop.Namespace} --kubeconfig {shop.Running.Cluster.Kubeconfig}");

        await terminal.UntilAsync(screen => screen[0].StartsWith($"{shop.Namespace}/checkout   Healthy", StringComparison.Ordinal), Cancellation);
        await shop.SetImageAsync("v2");
        var paused = await terminal.UntilAsync(screen => screen[0].Contains("Paused   step 2 of 5: pause for a person", StringComparison.Ordinal), Cancellation);
        await CallAsync(shop, "resume", "checkout");
        var later = await terminal.UntilAsync(screen => screen[0].Contains("step 4 of 5", StringComparison.Ordinal), Cancellation);

        Assert.Contains("  25% ● ── 50% ○ ── 100% ○", paused);
        Assert.Contains("  25% ✔ ── 50% ● ── 100% ○", later);
        Assert.Single(later, line => line.Contains("/checkout   ", StringComparison.Ordinal));
        Assert.All(later, line => Assert.True(line.Length <= width));
        Assert.Contains(later, line => line.StartsWith("  candidate  ", StringComparison.Ordinal) && line.Contains("50 %", StringComparison.Ordinal));
        Assert.Contains(terminal.Capture(colours: true), line => line.Contains('\e', StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_AsAPluginOfKubectl_IsTheSame()
    {
        var shop = await Shop.OpenAsync(cluster, "cli-plugin", new ShopManifests(Plan));
        var folder = Directory.CreateTempSubdirectory("canary-plugin-");
        try
        {
            var plugin = Path.Combine(folder.FullName, "kubectl-canary");
            await File.WriteAllTextAsync(plugin, $"#!/bin/sh\nexec {Program} \"$@\"\n", Cancellation);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
            }
            var kubectl = new Kubectl(shop.Running.Cluster.Kubeconfig, shop.Namespace) { PathBefore = folder.FullName };

            var (code, output) = await kubectl.PluginAsync("canary", "list", "-n", shop.Namespace);

            Assert.True(code == 0, output);
            Assert.Contains("checkout", output, StringComparison.Ordinal);
            Assert.Contains("Healthy", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Program => $"dotnet {Path.Combine(AppContext.BaseDirectory, "canary.dll")}";

    private static async Task RefusedAsync(Shop shop, string phase, params (string Verb, string Reason)[] rows)
    {
        foreach (var (verb, reason) in rows)
        {
            var call = await CallAsync(shop, verb, "checkout");
            Assert.True(call.Exit == 1 && call.Error.Contains($"{verb} was refused: ", StringComparison.Ordinal) && call.Error.Contains(reason, StringComparison.Ordinal), $"{verb} while {phase}: {call.Exit} {call.Out}{call.Error}");
        }
    }

    private static async Task AcceptedAsync(Shop shop, string[] arguments, int exit, string text)
    {
        var call = await CallAsync(shop, arguments);
        Assert.True(call.Exit == exit && (call.Out + call.Error).Contains(text, StringComparison.Ordinal), $"{string.Join(' ', arguments)}: {call.Exit} {call.Out}{call.Error}");
    }

    private static Task<(int Exit, string Out, string Error)> CallAsync(Shop shop, params string[] arguments) => CallAsync(shop.Running.Cluster.Kubeconfig, shop.Namespace, arguments, null);

    private static Task<(int Exit, string Out, string Error)> CallAsync(string kubeconfig, string ns, params string[] arguments) => CallAsync(kubeconfig, ns, arguments, null);

    private static async Task<(int Exit, string Out, string Error)> CallAsync(string kubeconfig, string ns, string[] arguments, string? piped)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, error, isInteractive: false, hasColour: false) { Piped = piped is null ? null : new StringReader(piped) };
        string[] access = ["-n", ns, "--kubeconfig", kubeconfig];
        string[] all = arguments[0] == "complete" ? ["complete", "--", arguments[1], .. access, .. arguments[2..]] : [.. arguments, .. access];
        var exit = await Cli.CommandLine.RunAsync(all, terminal, TimeProvider.System, Cancellation);
        return (exit, output.ToString(), error.ToString());
    }
}

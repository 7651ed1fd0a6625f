using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class KubectlTests
{
    [Fact]
    public async Task Apply_ManifestThreeTimes_CreatesLeavesAndChanges()
    {
        await using var running = await RunningServer.StartAsync();
        using var kubectl = new KubectlRunner(running.Server);
        var manifest = kubectl.Write("web.json", Samples.Deployment);
        var changed = kubectl.Write("changed.json", Samples.Deployment.Replace(",{\"name\":\"side\",\"image\":\"side:1\"}", "", StringComparison.Ordinal));

        Assert.Contains("created", await kubectl.RunAsync("apply", "-f", manifest), StringComparison.Ordinal);
        Assert.Contains("unchanged", await kubectl.RunAsync("apply", "-f", manifest), StringComparison.Ordinal);
        Assert.Contains("configured", await kubectl.RunAsync("apply", "-f", changed), StringComparison.Ordinal);
        Assert.Equal("app", await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[*].name}"));
    }

    [Fact]
    public async Task Apply_ServerSide_OwnsAndConflicts()
    {
        await using var running = await RunningServer.StartAsync();
        using var kubectl = new KubectlRunner(running.Server);
        var manifest = kubectl.Write("web.json", Samples.Deployment);
        await kubectl.RunAsync("apply", "--server-side", "-f", manifest);
        await kubectl.RunAsync("scale", "deployment/web", "--replicas=7");

        var (code, output) = await kubectl.TryAsync("apply", "--server-side", "-f", manifest);

        Assert.NotEqual(0, code);
        Assert.Contains(".spec.replicas", output, StringComparison.Ordinal);
        await kubectl.RunAsync("apply", "--server-side", "--force-conflicts", "-f", manifest);
        Assert.Equal("2", await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task EverydayCommands_OnADeployment_Succeed()
    {
        await using var running = await RunningServer.StartAsync();
        using var kubectl = new KubectlRunner(running.Server);

        await kubectl.RunAsync("create", "deployment", "web", "--image=shop/web:v1", "--replicas=2", "--port=8080");
        await kubectl.RunAsync("set", "image", "deployment/web", "web=shop/web:v2");
        await kubectl.RunAsync("scale", "deployment/web", "--replicas=3");
        await kubectl.RunAsync("label", "deployment", "web", "team=shop");
        await kubectl.RunAsync("annotate", "deployment", "web", "note=hello");
        await kubectl.RunAsync("expose", "deployment", "web", "--port=80");
        await kubectl.RunAsync("rollout", "pause", "deployment/web");
        await kubectl.RunAsync("rollout", "resume", "deployment/web");
        await kubectl.RunAsync("rollout", "restart", "deployment/web");
        await kubectl.RunAsync("rollout", "history", "deployment/web");
        Assert.Contains("0/3", await kubectl.RunAsync("get", "deployments"), StringComparison.Ordinal);
        Assert.Contains("shop/web:v2", await kubectl.RunAsync("get", "deployments", "-o", "wide"), StringComparison.Ordinal);
        Assert.Contains("team=shop", await kubectl.RunAsync("describe", "deployment", "web"), StringComparison.Ordinal);
        Assert.Contains("deployment.apps/web", await kubectl.RunAsync("get", "all", "-o", "name"), StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "deployment", "web", "--cascade=foreground", "--timeout=20s");
    }

    [Fact]
    public async Task RolloutStatus_OfACompleteDeployment_Succeeds()
    {
        await using var running = await RunningServer.StartAsync();
        using var kubectl = new KubectlRunner(running.Server);
        await running.DoAsync("POST", Samples.Deployments, Samples.Deployment);
        await running.DoAsync("PATCH", Samples.Deployments + "/web/status",
            """{"status":{"observedGeneration":1,"replicas":2,"updatedReplicas":2,"readyReplicas":2,"availableReplicas":2,"conditions":[{"type":"Available","status":"True"}]}}""", "application/merge-patch+json");

        Assert.Contains("successfully rolled out", await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=20s"), StringComparison.Ordinal);
        await kubectl.RunAsync("wait", "--for=condition=Available", "deployment/web", "--timeout=20s");
    }

    [Fact]
    public async Task CustomResources_AreExplainedPrintedAndCheckedStrictly()
    {
        await using var running = await RunningServer.StartAsync();
        using var kubectl = new KubectlRunner(running.Server);
        await kubectl.RunAsync("apply", "-f", kubectl.Write("crd.yaml", Samples.WidgetDefinition));
        await kubectl.RunAsync("wait", "--for=condition=Established", "crd/widgets.example.dev", "--timeout=20s");
        await kubectl.RunAsync("apply", "-f", kubectl.Write("w.json", Samples.Widget("w")));

        var (code, refused) = await kubectl.TryAsync("apply", "-f", kubectl.Write("bad.json", Samples.Widget("w", """{"mode":"fast","foo":1}""")));

        Assert.NotEqual(0, code);
        Assert.Contains("unknown field \"spec.foo\"", refused, StringComparison.Ordinal);
        Assert.Contains("How it goes.", await kubectl.RunAsync("explain", "widget.spec.mode"), StringComparison.Ordinal);
        Assert.Contains("fast", await kubectl.RunAsync("get", "wd"), StringComparison.Ordinal);
        await kubectl.RunAsync("patch", "widget", "w", "--type=merge", "-p", """{"spec":{"mode":"slow"}}""");
        await kubectl.RunAsync("scale", "widget/w", "--replicas=4");
        await kubectl.RunAsync("delete", "widget", "w", "--timeout=20s");
    }

    [Fact]
    public async Task GeneratedClients_ThatSpeakProtobuf_AreUnderstood()
    {
        await using var running = await RunningServer.StartAsync();
        using var kubectl = new KubectlRunner(running.Server);

        await kubectl.RunAsync("create", "namespace", "shop");
        await kubectl.RunAsync("create", "configmap", "c", "--from-literal=a=b");
        await kubectl.RunAsync("create", "secret", "generic", "s", "--from-literal=a=b");
        await kubectl.RunAsync("create", "service", "clusterip", "svc", "--tcp=80:http");
        Assert.Equal("b", await kubectl.RunAsync("get", "configmap", "c", "-o", "jsonpath={.data.a}"));
        Assert.Equal("Yg==", await kubectl.RunAsync("get", "secret", "s", "-o", "jsonpath={.data.a}"));
        Assert.Equal("http", await kubectl.RunAsync("get", "service", "svc", "-o", "jsonpath={.spec.ports[0].targetPort}"));
        Assert.Contains("yes", await kubectl.RunAsync("auth", "can-i", "delete", "pods"), StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "namespace", "shop", "--timeout=20s");
    }

    [Fact]
    public async Task PodsAndDiscovery_Commands_Succeed()
    {
        await using var running = await RunningServer.StartAsync();
        using var kubectl = new KubectlRunner(running.Server);

        await kubectl.RunAsync("run", "p", "--image=shop/web:v1");
        Assert.Contains("Pending", await kubectl.RunAsync("get", "pods"), StringComparison.Ordinal);
        Assert.Equal("", await kubectl.RunAsync("logs", "p"));
        Assert.Contains("virtualservices", await kubectl.RunAsync("api-resources"), StringComparison.Ordinal);
        Assert.Contains("maxSurge", await kubectl.RunAsync("explain", "deployment.spec.strategy.rollingUpdate"), StringComparison.Ordinal);
        Assert.Contains("v1.32", await kubectl.RunAsync("version"), StringComparison.Ordinal);
        await kubectl.RunAsync("get", "events");
        await kubectl.RunAsync("delete", "pod", "p", "--timeout=20s");
    }
}

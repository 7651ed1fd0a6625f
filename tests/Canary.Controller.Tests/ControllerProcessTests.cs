using System.Net;
using Xunit;

namespace Canary.Controller.Tests;

/// <summary>The process as Kubernetes starts, asks and stops it, with an API server that is not there.</summary>
public sealed class ControllerProcessTests : IDisposable
{
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);

    private readonly string _kubeconfig = Path.GetTempFileName();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ControllerProcessTests() => File.WriteAllText(_kubeconfig, $$"""
        apiVersion: v1
        kind: Config
        clusters: [{name: absent, cluster: {server: "http://127.0.0.1:{{ControllerProcess.FreePort()}}" } }]
        users: [{name: nobody, user: {username: nobody, password: nothing} }]
        contexts: [{name: absent, context: {cluster: absent, user: nobody} }]
        current-context: absent

        """);

    public void Dispose() => File.Delete(_kubeconfig);

    [Fact]
    public async Task Endpoints_WithoutApiServer_HealthyAndNotReadyWithMetrics()
    {
        await using var controller = ControllerProcess.Start($"--Kubernetes:Kubeconfig={_kubeconfig}");

        var health = await controller.GetAsync("/healthz", Token);
        var ready = await controller.GetAsync("/readyz", Token);
        var (code, metrics) = await controller.GetAsync("/metrics", Token);

        Assert.Equal((HttpStatusCode.OK, "ok\n"), health);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Code);
        Assert.Contains("has not been read yet", ready.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, code);
        string[] names =
        [
            "canary_rollout_weight_percent", "canary_rollout_phase", "canary_rollout_step_index", "canary_queue_depth", "canary_verdicts_total", "canary_decisions_total", "canary_effects_total",
            "canary_measurement_rounds_total", "canary_announcements_total", "canary_status_conflicts_total", "canary_reconcile_duration_seconds", "canary_measurement_duration_seconds",
        ];
        Assert.All(names, name => Assert.Contains($"# TYPE {name} ", metrics, StringComparison.Ordinal));

        await controller.TerminateAsync(Token);
        Assert.Equal(0, await controller.WaitAsync(TimeSpan.FromSeconds(5), Token));
    }

    [Theory]
    [InlineData("--Engine:Workers=0", "Workers")]
    [InlineData("--Engine:EffectTimeout=soon", "EffectTimeout")]
    [InlineData("--Engine:Resync=00:00:00.5", "Resync")]
    [InlineData("--Kubernetes:RenewDeadline=00:00:20", "RenewDeadline")]
    [InlineData("--Kubernetes:Namespace=Not_A_Name", "Kubernetes:Namespace")]
    [InlineData("--Kubernetes:Api:Attempts=0", "Attempts")]
    [InlineData("--Controller:LogLevel=Loud", "Controller:LogLevel")]
    [InlineData("--Controller:Listen=here", "Controller:Listen")]
    [InlineData("--Controller:ShutdownTimeout=never", "ShutdownTimeout")]
    [InlineData("--Scrape:Timeout=00:00:00", "Timeout")]
    public async Task Start_WrongOption_EndsWithCode2AndTheOptionsName(string option, string name)
    {
        await using var controller = ControllerProcess.Start($"--Kubernetes:Kubeconfig={_kubeconfig}", option);

        var code = await controller.WaitAsync(Start, Token);

        Assert.True(code == 2 && controller.Output.Contains(name, StringComparison.Ordinal), $"{code}: {controller.Output}");
    }

    [Fact]
    public async Task Start_MissingKubeconfig_EndsWithCode2AndTheOptionsName()
    {
        await using var controller = ControllerProcess.Start("--Kubernetes:Kubeconfig=/nowhere/kubeconfig");

        var code = await controller.WaitAsync(Start, Token);

        Assert.True(code == 2 && controller.Output.Contains("/nowhere/kubeconfig", StringComparison.Ordinal), $"{code}: {controller.Output}");
    }

    [Fact]
    public async Task Help_Asked_ToldWithCode0()
    {
        await using var controller = ControllerProcess.Start("--help");

        Assert.Equal(0, await controller.WaitAsync(Start, Token));
        Assert.Contains("--Kubernetes:Kubeconfig=FILE", controller.Output, StringComparison.Ordinal);
    }
}

using System.Text.RegularExpressions;
using Canary.Architecture;
using Xunit;

namespace Canary.Controller.Tests;

/// <summary>Alerts and dashboard ask for series that the engine has, and for nothing else.</summary>
public sealed partial class MonitoringTests : IDisposable
{
    private readonly string _kubeconfig = Path.GetTempFileName();

    public MonitoringTests() => File.WriteAllText(_kubeconfig, """
        apiVersion: v1
        kind: Config
        current-context: nowhere
        clusters: [{name: nowhere, cluster: {server: "http://127.0.0.1:1"}}]
        users: [{name: nobody, user: {username: nobody, password: nothing}}]
        contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
        """);

    public void Dispose() => File.Delete(_kubeconfig);

    [Fact]
    public async Task Series_OfAlertsAndDashboard_AreTold()
    {
        await using var controller = ControllerProcess.Start($"--Kubernetes:Kubeconfig={_kubeconfig}");
        var (_, metrics) = await controller.GetAsync("/metrics", TestContext.Current.CancellationToken);
        var told = Told().Matches(metrics).SelectMany(match => match.Groups[2].Value == "histogram"
            ? new[] { "_bucket", "_sum", "_count" }.Select(ending => match.Groups[1].Value + ending)
            : [match.Groups[1].Value]).ToHashSet();

        var asked = new[] { "alerts.yaml", "dashboard.json" }
            .SelectMany(file => Expressions().Matches(Repository.Read($"deploy/helm/canary/files/{file}")))
            .SelectMany(expression => Name().Matches(expression.Value).Select(name => name.Value))
            .ToHashSet();

        Assert.InRange(asked.Count, 12, told.Count);
        Assert.Empty(asked.Except(told));
    }

    [GeneratedRegex(@"^# TYPE (canary_\w+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Told();

    // of a rule, to the next field; of a panel, and of a variable, to the end of the line
    [GeneratedRegex(@"expr: (?s:.*?)\n +for:|""(expr|query|definition)"": .*")]
    private static partial Regex Expressions();

    [GeneratedRegex(@"canary_\w+")]
    private static partial Regex Name();
}

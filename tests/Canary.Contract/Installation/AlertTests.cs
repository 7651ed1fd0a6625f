using Canary.Architecture;
using Canary.Testing;
using Xunit;

namespace Canary.Contract.Installation;

/// <summary>The alerts, judged by Prometheus' own program.</summary>
public sealed class AlertTests
{
    private const string Alerts = "deploy/helm/canary/files/alerts.yaml";

    [Fact]
    public async Task Rules_OfTheChart_AreRules()
    {
        var (code, output, errors) = await PromtoolAsync("check", "rules", Repository.PathOf(Alerts));

        Assert.True(code == 0, output + errors);
    }

    /// <summary>Series as they come, and which alerts fire when; in alerts-test.yaml.</summary>
    [Fact]
    public async Task Alerts_OnSeries_FireWhenTheyShould()
    {
        var (code, output, errors) = await PromtoolAsync("test", "rules", Repository.PathOf("tests/Canary.Contract/Installation/alerts-test.yaml"));

        Assert.True(code == 0, output + errors);
    }

    /// <summary>Who is woken finds the alert's name with what to do.</summary>
    [Fact]
    public void Alerts_Each_HaveALineInOperating()
    {
        var operating = Repository.Read("docs/operating.md");

        var names = Repository.Read(Alerts).Split('\n').Where(line => line.Contains("- alert: ", StringComparison.Ordinal)).Select(line => line.Split("- alert: ")[1].Trim()).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", operating, StringComparison.Ordinal));
    }

    private static Task<(int Code, string Output, string Errors)> PromtoolAsync(params string[] arguments)
    {
        Assert.SkipWhen(TestTools.WhyAbsent is not null, TestTools.WhyAbsent ?? "");
        return TestTools.RunAsync("promtool", arguments, TestContext.Current.CancellationToken);
    }
}

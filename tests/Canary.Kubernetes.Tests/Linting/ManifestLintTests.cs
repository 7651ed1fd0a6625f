using Canary.Kubernetes.Linting;
using Xunit;

namespace Canary.Kubernetes.Tests.Linting;

public sealed class ManifestLintTests
{
    private const string Rollout = """
        apiVersion: canary.dev/v1alpha1
        kind: Rollout
        metadata: {name: checkout, namespace: shop}
        spec:
          workloadRef: {name: checkout}
          service: checkout
          traffic: {istio: {virtualServices: [{name: checkout}]}}
          analysis:
            templates: [{name: judge}]
        """;

    private const string Template = """
        apiVersion: canary.dev/v1alpha1
        kind: AnalysisTemplate
        metadata: {name: judge, namespace: shop}
        spec:
          args: [{name: margin}]
          metrics:
            - name: errors
              errorRate:
                requests: ['requests_total']
                errors: ['requests_total{code=~"5.."}']
                marginRatio: "{{args.margin}}"
        """;

    [Fact]
    public async Task Check_UnknownField_IsFoundAtItsLineWithTheRemedy()
    {
        var report = await CheckAsync(("a.yaml", Rollout.Replace("service:", "servce:", StringComparison.Ordinal)));

        Assert.Contains(report.Findings, finding => finding is { File: "a.yaml", Line: 6, Subject: "Rollout checkout", Path: "spec.servce" } && finding.Message.Contains("did you mean service", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_SecondDocument_HasTheLineOfTheFile()
    {
        var report = await CheckAsync(("a.yaml", $"{Template}\n---\n{Rollout.Replace("{name: judge}", "{name: judge, x: 1}", StringComparison.Ordinal)}"));

        Assert.Equal((21, "spec.analysis.templates[0].x"), report.Findings.Where(finding => finding.Path.EndsWith('x')).Select(finding => (finding.Line, finding.Path)).Single());
    }

    [Fact]
    public async Task Check_ArgumentThatNoRolloutGives_IsAProblemOfTheRolloutOnly()
    {
        var alone = await CheckAsync(("t.yaml", Template));
        var together = await CheckAsync(("t.yaml", Template), ("r.yaml", Rollout));

        Assert.Empty(alone.Findings);
        Assert.Contains(together.Findings, finding => finding.File == "r.yaml" && finding.Message.Contains("margin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_MistakeInATemplate_IsToldWhereTheTemplateStands()
    {
        var report = await CheckAsync(("r.yaml", Rollout.Replace("templates: [{name: judge}]", "{templates: [{name: judge}], args: [{name: margin, value: \"1.2\"}]}", StringComparison.Ordinal)), ("t.yaml", Template.Replace("errors: [", "erors: [", StringComparison.Ordinal)));

        Assert.Contains(report.Findings, finding => finding is { File: "t.yaml", Line: 10, Subject: "AnalysisTemplate judge" });
        Assert.DoesNotContain(report.Findings, finding => finding.File == "r.yaml");
    }

    [Fact]
    public async Task Check_RouteWithoutTheSubset_IsFound()
    {
        var mesh = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: checkout, namespace: shop}
            spec:
              hosts: [checkout]
              http:
                - route:
                    - {destination: {host: checkout, subset: stable}, weight: 100}
            """;

        var report = await CheckAsync(("r.yaml", Rollout), ("m.yaml", mesh));

        Assert.Contains(report.Findings, finding => finding.Message.Contains("canary", StringComparison.Ordinal));
        Assert.Contains("Service shop/checkout", report.Unseen);
        Assert.DoesNotContain(report.Findings, finding => finding.Path == "spec.service");
    }

    [Theory]
    [InlineData("kind: [", "is no YAML")]
    [InlineData("- 1", "is no object")]
    [InlineData("a: 1", "has no apiVersion and kind")]
    [InlineData("apiVersion: canary.dev/v1alpha1\nkind: Rolout\nmetadata: {name: a}", "did you mean Rollout")]
    public async Task Check_WhatIsNoManifest_IsFound(string text, string expected) =>
        Assert.Contains((await CheckAsync(("a.yaml", text))).Findings, finding => finding.Message.Contains(expected, StringComparison.Ordinal) && finding.Line >= 1);

    [Fact]
    public async Task Check_List_IsLookedInto()
    {
        var indented = string.Join('\n', Rollout.Replace("service:", "servce:", StringComparison.Ordinal).Split('\n').Select((line, index) => (index == 0 ? "- " : "  ") + line));

        var report = await CheckAsync(("a.yaml", $"apiVersion: v1\nkind: List\nitems:\n{indented}"));

        Assert.Contains(report.Findings, finding => finding is { Line: 9, Path: "spec.servce" });
    }

    private static async Task<LintReport> CheckAsync(params (string Name, string Text)[] files)
    {
        var lint = new ManifestLint("default", null);
        foreach (var (name, text) in files)
        {
            lint.Add(name, text);
        }

        return await lint.CheckAsync(TestContext.Current.CancellationToken);
    }
}

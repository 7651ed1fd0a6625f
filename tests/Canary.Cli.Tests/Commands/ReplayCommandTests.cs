using System.Text.Json.Nodes;

namespace Canary.Cli.Tests.Commands;

public sealed class ReplayCommandTests : IDisposable
{
    private readonly Recorded _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task Replay_Table_TellsSentenceStepsMomentsAndOtherSettings()
    {
        var call = await Call.RunAsync("replay", _recorded.Table(candidatePercent: 3));

        Assert.Equal((0, ""), (call.Exit, call.Error));
        Assert.Contains("\nFAIL  errors ", call.Out, StringComparison.Ordinal);
        Assert.Contains("against \"no more than 10 % worse\"", call.Out, StringComparison.Ordinal);
        Assert.Matches(@"\n5 %   00:00:00  00:10:00  roll back", call.Out);
        Assert.Matches(@"\n25 %  00:10:10  00:20:00  roll back", call.Out);
        Assert.Matches(@"\nfalseRollback=0\.001 +roll back +[\d.]+ (s|min)", call.Out);
        Assert.Matches(@"\nmarginRatio=1 +roll back", call.Out);
    }

    [Fact]
    public async Task Replay_Json_HasEveryRoundAndTheSameDecision()
    {
        var table = _recorded.Table(candidatePercent: 3);

        var read = JsonNode.Parse((await Call.RunAsync("replay", table, "-o", "json")).Out)!;

        Assert.Equal(121, read["rounds"]!.AsArray().Count);
        Assert.Equal("Fail", (string?)read["decision"]!["state"]);
        var first = read["rounds"]!.AsArray().First(round => (double)round!["logEvidence"]! >= (double)round["logThreshold"]!)!;
        Assert.Equal((string?)first["at"], (string?)read["decision"]!["at"]);
        Assert.Equal("as measured", (string?)read["variants"]![0]!["settings"]);
    }

    [Fact]
    public async Task Replay_Set_JudgesWithItAndShowsBoth()
    {
        var table = _recorded.Table(candidatePercent: 3);

        var strict = JsonNode.Parse((await Call.RunAsync("replay", table, "-o", "json", "--set", "falseRollback=0.0001", "--set", "errors.marginRatio=1.4")).Out)!;

        Assert.Equal("falseRollback=0.0001 errors.marginRatio=1.4", (string?)strict["variants"]![1]!["settings"]);
        Assert.True((double)strict["decision"]!["afterSeconds"]! > (double)strict["variants"]![0]!["decision"]!["afterSeconds"]!);
        Assert.Equal(Math.Log(10000), (double)strict["rounds"]![0]!["logThreshold"]!, 1e-9);
    }

    [Fact]
    public async Task Replay_Lines_JudgesErrorsAndLatencyByPods()
    {
        var call = await Call.RunAsync("replay", _recorded.Lines(slower: 1.6));

        Assert.Contains("\nFAIL  latency p50", call.Out, StringComparison.Ordinal);
        Assert.Contains("61 rounds", call.Out, StringComparison.Ordinal);
        Assert.Matches(@"\nerrors +[\d.]+ % of [\d,]+ +[\d.]+ % of", call.Out);
    }

    [Fact]
    public async Task Replay_SvgAndHtml_WritesEveryPictureAndOnePage()
    {
        var call = await Call.RunAsync("replay", _recorded.Lines(slower: 1.6), "--svg", _recorded.PathOf("pictures"), "--html", _recorded.PathOf("page.html"));

        Assert.Equal(
            ["acceptance.svg", "evidence.svg", "latency-latency.svg", "ratio-errors.svg", "ratio-latency.svg"],
            Directory.GetFiles(_recorded.PathOf("pictures")).Select(Path.GetFileName).Order());
        var page = await File.ReadAllTextAsync(_recorded.PathOf("page.html"), TestContext.Current.CancellationToken);
        Assert.Equal(5, page.Split("<svg ").Length - 1);
        Assert.DoesNotContain("http", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("<td>falseRollback=0.001</td>", page, StringComparison.Ordinal);
        Assert.Contains("page.html", call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_HtmlOfAFileWithMarkupInItsName_IsEscaped()
    {
        var evil = _recorded.PathOf("a<b>&.csv");
        File.Copy(_recorded.Table(1), evil);

        await Call.RunAsync("replay", evil, "--html", _recorded.PathOf("page.html"));

        Assert.DoesNotContain("a<b>", await File.ReadAllTextAsync(_recorded.PathOf("page.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_Template_JudgesByItsMargins()
    {
        var template = _recorded.File("template.yaml", """
            apiVersion: canary.dev/v1alpha1
            kind: AnalysisTemplate
            metadata: {name: judge}
            spec:
              args: [{name: margin}]
              metrics:
                - name: failures
                  errorRate: {requests: ['r'], errors: ['e'], marginRatio: "{{args.margin}}", acceptRatio: "9"}
            """);

        var call = await Call.RunAsync("replay", _recorded.Table(3), "--metrics", template, "--arg", "margin=2.5");

        Assert.Contains("failures", call.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\nFAIL", call.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kind: AnalysisTemplate\nmetadata: {name: judge}\nspec: {metrics: [{name: errors, errorRte: {}}]}", "errorRte")]
    [InlineData("kind: ConfigMap", "no document is an AnalysisTemplate")]
    [InlineData("a: [", "is no YAML")]
    public async Task Replay_WrongTemplate_NamesFileAndRemedy(string yaml, string expected)
    {
        var call = await Call.RunAsync("replay", _recorded.Table(1), "--metrics", _recorded.File("template.yaml", yaml));

        Assert.Equal(2, call.Exit);
        Assert.StartsWith("template.yaml: ", call.Error, StringComparison.Ordinal);
        Assert.Contains(expected, call.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("falseRollback=2", "a ratio above 0, at most 0.5")]
    [InlineData("falseRollbac=0.1", "there is no setting falseRollbac; there are falseRollback")]
    [InlineData("errors=1", "there is no setting errors")]
    [InlineData("latency.marginRatio=1.2", "there is no metric latency; there are errors")]
    [InlineData("marginRatio=2", "the acceptance bound lies within the margin")]
    [InlineData("interval=5", "a duration is a number with a unit")]
    [InlineData("falseRollback", "it is SETTING=VALUE")]
    public async Task Replay_WrongSetting_IsRefusedWithTheRemedy(string setting, string expected)
    {
        var call = await Call.RunAsync("replay", _recorded.Table(1), "--set", setting);

        Assert.Equal((2, ""), (call.Exit, call.Out));
        Assert.Contains(expected, call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_FileThatIsMissing_SaysSo()
    {
        var call = await Call.RunAsync("replay", _recorded.PathOf("none.csv"));

        Assert.Equal(2, call.Exit);
        Assert.Contains("none.csv: cannot be read", call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_AnalysisRunWithoutBlocks_SaysWhy()
    {
        var run = _recorded.File("run.yaml", "apiVersion: canary.dev/v1alpha1\nkind: AnalysisRun\nmetadata: {name: checkout-1}\nspec: {metrics: [{name: errors, errorRate: {requests: ['r'], errors: ['e']}}]}\n");

        var call = await Call.RunAsync("replay", run);

        Assert.Equal(2, call.Exit);
        Assert.Contains("AnalysisRun checkout-1 has no blocks of measurements", call.Error, StringComparison.Ordinal);
    }
}

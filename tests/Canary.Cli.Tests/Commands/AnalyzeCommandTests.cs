using System.Text.Json.Nodes;

namespace Canary.Cli.Tests.Commands;

public sealed class AnalyzeCommandTests : IDisposable
{
    private readonly Recorded _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Theory]
    [InlineData(1, 400, 0, "PASS")]
    [InlineData(5, 120, 1, "FAIL")]
    [InlineData(1, 10, 3, "INCONCLUSIVE")]
    public async Task Analyze_File_EndsWithTheVerdict(double percent, int blocks, int exit, string word)
    {
        var call = await Call.RunAsync("analyze", _recorded.Table(percent, blocks));

        Assert.Equal(exit, call.Exit);
        Assert.StartsWith($"{word}  ", call.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Analyze_Json_HasTheNumbers()
    {
        var call = await Call.RunAsync("analyze", _recorded.Table(5), "-o", "json");

        var read = JsonNode.Parse(call.Out)!;
        Assert.Equal("fail", (string?)read["state"]);
        var metric = read["metrics"]![0]!;
        Assert.True((double)metric["candidateBad"]! <= (double)metric["candidateRequests"]!);
        Assert.InRange((double)metric["ratio"]!, (double)metric["ratioLower"]!, (double)metric["ratioUpper"]!);
        Assert.True((double)read["logEvidence"]! >= (double)read["logThreshold"]!);
    }

    [Fact]
    public async Task Analyze_Colours_OnlyOnATerminalThatWantsThem()
    {
        var table = _recorded.Table(5);

        Assert.StartsWith("\e[31;1mFAIL\e[0m  ", (await Call.RunAsync(hasColour: true, "analyze", table)).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", (await Call.RunAsync("analyze", table)).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--stable PODS is needed", "analyze")]
    [InlineData("--candidate PODS is needed", "analyze", "--stable", "deployment/checkout")]
    [InlineData("--stable checkout: it is deployment/NAME", "analyze", "--stable", "checkout", "--candidate", "revision/x")]
    [InlineData("--for soon: a duration", "analyze", "--stable", "app=a", "--candidate", "app=b", "--for", "soon")]
    [InlineData("--weight is 100", "analyze", "--stable", "app=a", "--candidate", "app=b", "--weight", "100")]
    [InlineData("name one with --kubeconfig", "analyze", "--stable", "app=a", "--candidate", "app=b", "--kubeconfig", "/nowhere/config")]
    public async Task Analyze_WrongCall_IsRefusedWithTheRemedy(string expected, params string[] arguments)
    {
        var call = await Call.RunAsync(arguments);

        Assert.Equal((2, ""), (call.Exit, call.Out));
        Assert.Contains(expected, call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Analyze_FileAndPods_IsRefused()
    {
        var call = await Call.RunAsync("analyze", _recorded.Table(1), "--stable", "app=a");

        Assert.Equal(2, call.Exit);
        Assert.Contains("leave out the file", call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Analyze_ClusterThatDoesNotAnswer_IsUnknownAndNoVerdict()
    {
        var kubeconfig = _recorded.File("kubeconfig", """
            apiVersion: v1
            kind: Config
            current-context: here
            contexts: [{name: here, context: {cluster: here, user: me}}]
            clusters: [{name: here, cluster: {server: "http://127.0.0.1:9"}}]
            users: [{name: me, user: {token: t}}]
            """);

        var call = await Call.RunAsync("analyze", "--stable", "app=a", "--candidate", "app=b", "--kubeconfig", kubeconfig);

        Assert.Equal((3, ""), (call.Exit, call.Out));
        Assert.StartsWith("the cluster cannot be read: ", call.Error, StringComparison.Ordinal);
    }
}

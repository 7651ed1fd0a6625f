using System.Text.Json.Nodes;
using Canary.Cli.Commands;

namespace Canary.Cli.Tests.Commands;

public sealed class PowerCommandTests : IDisposable
{
    private const string Plan = "5:10m,25:10m,50:10m,100:5m";

    private readonly Recorded _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task Power_Plan_HasARowForEachStep()
    {
        var call = await Call.RunAsync("power", "--rps", "100", "--error-ratio", "0.005", "--plan", Plan, "--regression", "2");

        Assert.Equal((0, ""), (call.Exit, call.Error));
        Assert.Matches(@"\n1 +5 % +10 min +[\d.]+ min +\d+ % +from [\d.]+x", call.Out);
        Assert.Matches(@"\n2 +25 % +10 min +[\d.]+ min +\d+ %", call.Out);
        Assert.Matches(@"\n4 +100 % +5 min +- +- +-", call.Out);
        Assert.Contains("warning: step 1 (5 %, 10m) is too short for 2 times the errors", call.Out, StringComparison.Ordinal);
        Assert.Matches(@"Faster, and no regression of any size costs more than \d+ bad requests until it is seen: --plan (\d+:\d+m,)+100:5m", call.Out);
    }

    [Fact]
    public async Task Power_PlanThatSeesNothing_EndsWithOne()
    {
        var call = await Call.RunAsync("power", "--rps", "0.1", "--error-ratio", "0.005");

        Assert.Equal(1, call.Exit);
        Assert.Contains("warning: the plan sees 2 times the errors in ", call.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Power_Json_AgreesWithTheText()
    {
        var read = JsonNode.Parse((await Call.RunAsync("power", "--rps", "100", "--error-ratio", "0.005", "--plan", Plan, "-o", "json")).Out)!;

        Assert.Equal([5, 25, 50, 100], read["steps"]!.AsArray().Select(step => (int)step!["weight"]!));
        Assert.False((bool)read["steps"]![0]!["sees"]!);
        Assert.True((double)read["steps"]![0]!["secondsNeeded"]! > 600);
        Assert.NotEmpty(read["better"]!["plan"]!.AsArray());
    }

    [Fact]
    public async Task Power_Settings_Count()
    {
        var usual = JsonNode.Parse((await Call.RunAsync("power", "--rps", "100", "--error-ratio", "0.005", "-o", "json")).Out)!;
        var strict = JsonNode.Parse((await Call.RunAsync("power", "--rps", "100", "--error-ratio", "0.005", "-o", "json", "--set", "falseRollback=0.001", "--dispersion", "2")).Out)!;

        Assert.True((double)strict["steps"]![1]!["secondsNeeded"]! > 2 * (double)usual["steps"]![1]!["secondsNeeded"]!);
    }

    [Theory]
    [InlineData("le,count\n10,800\n100,990\n+Inf,1000\n")]
    [InlineData("""{"bounds": [10, 100], "counts": [800, 990, 1000]}""")]
    public async Task Power_Histogram_TellsOfLatency(string histogram)
    {
        var call = await Call.RunAsync("power", "--rps", "100", "--latency-histogram", _recorded.File("histogram", histogram));

        Assert.Equal((0, ""), (call.Exit, call.Error));
        Assert.Contains("slower in this way, seen after", call.Out, StringComparison.Ordinal);
        Assert.Matches(@"\n[^\n]*times about 2 +[\d.]+ s", call.Out);
    }

    [Theory]
    [InlineData("le,count\n10,800\n100,700\n+Inf,1000\n", "bound 100: does not rise, or its count falls")]
    [InlineData("le,count\n10,800\n100,900\n+Inf,899\n", "bound +Inf: does not rise, or its count falls")]
    [InlineData("le,count\n10,x\n", "line 2: is \"10,x\"; a line is a bound and a cumulative count")]
    [InlineData("10,800\n", "needs a bound, one count more than bounds")]
    [InlineData("{\"bounds\": [10]}", "histogram.counts: must be a list of numbers")]
    [InlineData("{", "is no JSON")]
    public async Task Power_WrongHistogram_NamesThePlace(string histogram, string expected)
    {
        var call = await Call.RunAsync("power", "--rps", "100", "--latency-histogram", _recorded.File("histogram", histogram));

        Assert.Equal(2, call.Exit);
        Assert.Contains(expected, call.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Option '--rps' is required", "power", "--error-ratio", "0.01")]
    [InlineData("--error-ratio 0.005 or --latency-histogram FILE is needed", "power", "--rps", "100")]
    [InlineData("--error-ratio is 5; it is a ratio above 0 and below 1", "power", "--rps", "100", "--error-ratio", "5")]
    [InlineData("--rps is -1", "power", "--rps", "-1", "--error-ratio", "0.01")]
    [InlineData("--regression is 1; it is above 1", "power", "--rps", "1", "--error-ratio", "0.01", "--regression", "1")]
    [InlineData("--plan: \"5\" is no step", "power", "--rps", "1", "--error-ratio", "0.01", "--plan", "5")]
    [InlineData("--plan: 5 % follows 25 %", "power", "--rps", "1", "--error-ratio", "0.01", "--plan", "25:1m,5:1m")]
    [InlineData("--plan is empty", "power", "--rps", "1", "--error-ratio", "0.01", "--plan", " ")]
    [InlineData("Try: canary power --help", "power", "--rps", "many")]
    [InlineData("Try: canary --help", "powr")]
    public async Task Power_WrongCall_IsRefusedWithTheRemedy(string expected, params string[] arguments)
    {
        var call = await Call.RunAsync(arguments);

        Assert.Equal((2, ""), (call.Exit, call.Out));
        Assert.Contains(expected, call.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10m", 600)]
    [InlineData("1h30m", 5400)]
    [InlineData("90s", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("250ms", 0.25)]
    [InlineData("0s", 0)]
    public void Parse_Duration_IsRead(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), DurationText.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5 m")]
    [InlineData("m5")]
    [InlineData("-5m")]
    [InlineData("5m1h")]
    [InlineData("999999h")]
    public void Parse_NoDuration_IsNull(string text) => Assert.Null(DurationText.Parse(text));

    [Fact]
    public void Write_Plan_IsReadAgain() => Assert.Equal(PlanText.Parse("5:90s,25:10m,100:1h"), PlanText.Parse(PlanText.Write(PlanText.Parse("5:90s,25:10m,100:60m"))));

    [Fact]
    public async Task Help_EveryCommand_TellsItsExitCodes()
    {
        foreach (var command in new[] { "analyze", "replay", "power" })
        {
            var call = await Call.RunAsync(command, "--help");

            Assert.Equal(0, call.Exit);
            Assert.Contains("Exit codes: 0", call.Out, StringComparison.Ordinal);
        }
    }
}

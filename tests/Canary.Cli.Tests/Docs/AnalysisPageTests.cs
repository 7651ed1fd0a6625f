using System.Globalization;
using System.Text.RegularExpressions;
using Canary.Cli.Output;
using Canary.Core.Analysis;
using Canary.Core.Traffic;

namespace Canary.Cli.Tests.Docs;

/// <summary>docs/analysis.md says what is so: its table, its example, and the places that it names.</summary>
public sealed partial class AnalysisPageTests
{
    private static readonly string Root = FindRoot();

    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "analysis.md"));

    public static TheoryData<string> NamedClasses => [.. Code().Matches(Page).Select(match => match.Groups[1].Value).Where(name => name.EndsWith("Tests", StringComparison.Ordinal)).Distinct()];

    public static TheoryData<string> NamedTypes =>
    [
        .. Places().Matches(Page.ReplaceLineEndings(" ")).SelectMany(match => Code().Matches(match.Value)).Select(match => match.Groups[1].Value.Split('.')[0]).Distinct(),
    ];

    [Fact]
    public void Table_OfTimes_IsWhatPowerComputes()
    {
        var rows = Row().Matches(Page).Select(match => match.Value.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();

        Assert.Equal(4, rows.Count);
        Assert.All(rows, row => Assert.Equal([row[0], .. Computed(double.Parse(row[0], CultureInfo.InvariantCulture))], row));
    }

    [Fact]
    public async Task Example_Replayed_FailsForItsLatency()
    {
        var call = await Call.RunAsync("replay", Path.Combine(Root, "docs", "analysis", "checkout.jsonl"));

        Assert.Contains("\nFAIL  latency p50", call.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evidence")]
    [InlineData("ratio-errors")]
    [InlineData("latency-latency")]
    public void Picture_OfThePage_IsThere(string name)
    {
        Assert.Contains($"(analysis/{name}.svg)", Page, StringComparison.Ordinal);
        Assert.StartsWith("<svg ", File.ReadAllText(Path.Combine(Root, "docs", "analysis", $"{name}.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_OfThePage_AreRead()
    {
        using var recorded = new Recorded();
        var written = Page.Split("```json\n")[1].Split("```")[0].ReplaceLineEndings("");

        var call = await Call.RunAsync("replay", recorded.File("page.jsonl", written));

        Assert.Equal((0, ""), (call.Exit, call.Error));
    }

    [Theory]
    [MemberData(nameof(NamedClasses))]
    public void TestClass_OfThePage_Exists(string name) =>
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(Root, "tests"), $"{name}.cs", SearchOption.AllDirectories));

    [Theory]
    [MemberData(nameof(NamedTypes))]
    public void Type_OfThePage_Exists(string name) =>
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(Root, "src"), $"{name}.cs", SearchOption.AllDirectories));

    private static List<string> Computed(double badPerSecond)
    {
        var (two, ten) = (Answer(badPerSecond, 2), Answer(badPerSecond, 10));
        return
        [
            .. two.Steps.Take(3).Select(step => Figures.Time(step.Needed)),
            .. ten.Steps.Take(2).Select(step => Figures.Time(step.Needed)),
            .. two.Steps.Take(3).Select(step => Figures.Time(step.TimeToAccept)),
        ];
    }

    private static PowerAnswer Answer(double badPerSecond, double regression) => PowerPlan.Answer(new PowerQuestion
    {
        RequestsPerSecond = badPerSecond / 0.001,
        ErrorRatio = 0.001,
        Regression = regression,
        Steps = [.. new[] { 5, 25, 50, 100 }.Select(weight => new PlannedWeight(new Weight(weight), TimeSpan.FromMinutes(10)))],
    });

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Canary.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside a checkout.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"`([A-Z]\w+(?:\.\w+)?)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"In: .*?\.\s")]
    private static partial Regex Places();

    [GeneratedRegex(@"(?m)^\| [\d.]+ \|.*\|$")]
    private static partial Regex Row();
}

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Canary.Cli.Commands;
using Canary.Cli.Output;
using Canary.Testing;

namespace Canary.Cli.Tests.Output;

/// <summary>Screens, to the character: <c>Screens/*.txt</c>. Set UPDATE_SCREENS=1 to write them anew, and read what changed.</summary>
public sealed partial class ScreenTests
{
    public static TheoryData<string, int, bool, bool> All { get; } = Every();

    [Theory]
    [MemberData(nameof(All))]
    public void Lines_Sample_AreAsRecorded(string screen, int width, bool colour, bool ascii)
    {
        var style = new Style(width, colour, ascii);

        var drawn = string.Concat(Draw(screen, style).Select(line => line.Replace("\e", "<ESC>", StringComparison.Ordinal) + "\n"));

        AsRecorded($"{screen}-{width}{(colour ? "-colour" : "")}{(ascii ? "-ascii" : "")}.txt", drawn);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Lines_Sample_FitTheTerminal(string screen, int width, bool colour, bool ascii)
    {
        foreach (var line in Draw(screen, new Style(width, colour, ascii)).Select(Plain))
        {
            Assert.True(line.Length <= width, $"{line.Length} columns: {line}");
            Assert.False(ascii && line.Any(character => character > '~'), line);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Lines_WithColour_SayTheSame(string screen, int width, bool colour, bool ascii) =>
        Assert.Equal(Draw(screen, new Style(width, !colour, ascii)).Select(Plain), Draw(screen, new Style(width, colour, ascii)).Select(Plain));

    [Theory]
    [MemberData(nameof(All))]
    public async Task Lines_InATerminal_StandAsTheyWereDrawn(string screen, int width, bool colour, bool ascii)
    {
        Assert.SkipUnless(Tmux.IsThere, "tmux is not on the PATH; apt-get install tmux");
        var lines = Draw(screen, new Style(width, colour, ascii)).ToList();
        using var folder = new Recorded();
        using var terminal = Tmux.Start(width, lines.Count + 2, $"cat {folder.File("screen", string.Join('\n', lines) + "\n")}; echo END");

        var shown = await terminal.UntilAsync(seen => seen.Contains("END"), TestContext.Current.CancellationToken);

        Assert.Equal([.. lines.Select(line => Plain(line).TrimEnd()), "END"], shown);
        Assert.Equal(colour, terminal.Capture(colours: true).Any(line => line.Contains('\e', StringComparison.Ordinal)));
    }

    private static TheoryData<string, int, bool, bool> Every()
    {
        var all = new TheoryData<string, int, bool, bool>();
        foreach (var screen in new[] { "analysing", "healthy", "retreating", "degraded", "list", "history" })
        {
            foreach (var width in new[] { 80, 160 })
            {
                all.Add(screen, width, false, false);
                all.Add(screen, width, true, false);
            }
        }

        all.Add("analysing", 80, false, true);
        return all;
    }

    private static IEnumerable<string> Draw(string screen, Style style) => screen switch
    {
        "analysing" => RolloutScreen.Lines(Samples.Analysing, style, "read at 12:00:00 UTC; Ctrl+C ends it"),
        "healthy" => RolloutScreen.Lines(Samples.Healthy, style),
        "retreating" => RolloutScreen.Lines(Samples.Retreating, style),
        "degraded" => RolloutScreen.Lines(Samples.Degraded, style),
        "history" => HistoryCommand.Lines(Samples.Degraded, style, fits: true),
        _ => RolloutTable.Lines([Samples.Analysing, Samples.Healthy, Samples.Retreating, Samples.Degraded], style, namespaces: true, wide: style.Width > 100, fits: true),
    };

    private static string Plain(string line) => Colours().Replace(line, "");

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Colours();

    private static void AsRecorded(string name, string drawn, [CallerFilePath] string here = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(here)!, "..", "Screens", name);
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENS") == "1")
        {
            File.WriteAllText(file, drawn);
        }

        Assert.Equal(File.ReadAllText(file), drawn);
    }
}

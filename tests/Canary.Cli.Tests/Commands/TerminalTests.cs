using Canary.Cli.Output;

namespace Canary.Cli.Tests.Commands;

public sealed class TerminalTests
{
    [Fact]
    public void Progress_OnATerminal_IsOneLineThatGoesAway()
    {
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(TextWriter.Null, error, isInteractive: true, hasColour: true);

        terminal.Progress("one");
        terminal.Progress("two");
        terminal.EndProgress();

        Assert.Equal("\r\e[Kone\r\e[Ktwo\r\e[K", error.ToString());
    }

    [Fact]
    public void Progress_InALog_IsALineEachTime()
    {
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(TextWriter.Null, error, isInteractive: false, hasColour: false);

        terminal.Progress("one");
        terminal.Progress("two");
        terminal.EndProgress();

        Assert.Equal($"one{Environment.NewLine}two{Environment.NewLine}", error.ToString());
    }

    [Theory]
    [InlineData(0, "1 to 1")]
    [InlineData(5.3612921657094255, "213 to 1")]
    [InlineData(-2.302585092994046, "1 to 10")]
    [InlineData(700, "over 1,000,000 to 1")]
    public void Odds_LogEvidence_ReadsAsABet(double logEvidence, string expected) => Assert.Equal(expected, Figures.Odds(logEvidence));

    [Theory]
    [InlineData(0.2, "under 1 s")]
    [InlineData(0, "0 s")]
    [InlineData(90, "90 s")]
    [InlineData(150, "2.5 min")]
    [InlineData(10000, "2.8 h")]
    [InlineData(400000, "4.6 days")]
    public void Time_Seconds_HasTheUnitThatFits(double seconds, string expected) => Assert.Equal(expected, Figures.Time(TimeSpan.FromSeconds(seconds)));
}

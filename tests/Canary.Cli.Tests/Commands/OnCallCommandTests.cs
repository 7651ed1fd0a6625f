using Canary.Cli.Commands;
using Canary.Cli.Output;
using Canary.Cli.Tests.Output;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;

namespace Canary.Cli.Tests.Commands;

public sealed class OnCallCommandTests
{
    [Theory]
    [InlineData("--as-group needs --as", "promote", "x", "--as-group", "g")]
    [InlineData("--request-timeout soon", "abort", "x", "--request-timeout", "soon")]
    [InlineData("does not exist", "status", "x", "--kubeconfig", "/nowhere/config")]
    [InlineData("Required argument 'ROLLOUT' missing", "get")]
    public async Task Command_WrongCall_IsRefusedWithTheRemedy(string expected, params string[] arguments)
    {
        var call = await Call.RunAsync(arguments);

        Assert.Equal((2, ""), (call.Exit, call.Out));
        Assert.Contains(expected, call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfACommandOnCall_TellsTheExitCodes()
    {
        Assert.Contains("6 waits for a person", (await Call.RunAsync("abort", "--help")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("6 waits for a person", (await Call.RunAsync("replay", "--help")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pro", "promote")]
    [InlineData("res", "resume restart")]
    [InlineData("abort --re", "--reason --request-timeout")]
    [InlineData("comple", "completion")]
    public async Task Complete_Words_AreTheCandidates(string words, string expected)
    {
        var call = await Call.RunAsync(["complete", "--", .. words.Split(' ')]);

        Assert.Equal(expected.Split(' ').Order(), call.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Theory]
    [InlineData("bash", "complete -F _canary canary")]
    [InlineData("zsh", "compdef _canary canary")]
    [InlineData("fish", "complete -c canary")]
    [InlineData("powershell", "Register-ArgumentCompleter")]
    [InlineData("kubectl", "echo ':4'")]
    public async Task Completion_Shell_IsAScript(string shell, string expected) => Assert.Contains(expected, (await Call.RunAsync("completion", shell)).Out, StringComparison.Ordinal);

    [Fact]
    public void Ended_InEveryState_IsTheDocumentedCode()
    {
        Assert.Null(StatusCommand.Ended(Samples.Analysing));
        Assert.Null(StatusCommand.Ended(Samples.Retreating));
        Assert.Equal(0, StatusCommand.Ended(Samples.Healthy));
        Assert.Equal(3, StatusCommand.Ended(Samples.Degraded));
        Assert.Equal(1, StatusCommand.Ended(Samples.Healthy with { Status = Samples.Healthy.Status with { Phase = Phase.Invalid } }));
        var paused = Samples.Analysing with { Status = Samples.Analysing.Status with { Phase = Phase.Paused, Pause = new PauseStatus(PauseReason.Step, Samples.Noon, null) } };
        Assert.Equal(6, StatusCommand.Ended(paused));
        Assert.Null(StatusCommand.Ended(paused with { Status = paused.Status with { Pause = paused.Status.Pause! with { Until = Samples.Noon.AddHours(1) } } }));
    }

    [Fact]
    public void Ended_HealthyBeforeTheEngineSawTheChange_GoesOn()
    {
        Assert.Null(StatusCommand.Ended(Samples.Healthy with { Generation = 4 }));
        Assert.Null(StatusCommand.Ended(Samples.Healthy with { Deployment = Samples.Healthy.Deployment! with { Template = new Revision("new") } }));
    }

    [Theory]
    [InlineData("y", true)]
    [InlineData("Yes ", true)]
    [InlineData("n", false)]
    [InlineData("", false)]
    public void Confirm_OnATerminal_NeedsAYes(string answer, bool agreed)
    {
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, isInteractive: true, hasColour: false) { Input = new StringReader(answer) };

        Assert.Equal(agreed, terminal.Confirm("Really?"));
    }

    [Fact]
    public void Draw_SecondFrame_TakesThePlaceOfTheFirst()
    {
        using var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, isInteractive: true, hasColour: false) { Size = () => (80, 3) };

        terminal.Draw(["one", "two", "three"]);
        terminal.Draw(["1"]);

        Assert.Equal("\rone\e[K\n\rtwo\e[K\n\e[J\e[2A\r1\e[K\n\e[J", output.ToString());
    }
}

using Canary.Cli.Output;

namespace Canary.Cli.Tests;

/// <summary>One call of the command line, and what came of it.</summary>
/// <param name="Exit">What the process would end with.</param>
/// <param name="Out">What it wrote.</param>
/// <param name="Error">What it wrote beside.</param>
internal sealed record Call(int Exit, string Out, string Error)
{
    /// <summary>Calls as a program does: no terminal, no colours.</summary>
    public static Task<Call> RunAsync(params string[] arguments) => RunAsync(hasColour: false, arguments);

    public static async Task<Call> RunAsync(bool hasColour, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exit = await CommandLine.RunAsync(arguments, new Terminal(output, error, isInteractive: hasColour, hasColour), TimeProvider.System, TestContext.Current.CancellationToken);
        return new Call(exit, output.ToString(), error.ToString());
    }
}

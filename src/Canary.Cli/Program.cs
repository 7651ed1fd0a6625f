using Canary.Cli;
using Canary.Cli.Output;

var locale = string.Concat(Environment.GetEnvironmentVariable("LC_ALL"), " ", Environment.GetEnvironmentVariable("LC_CTYPE"), " ", Environment.GetEnvironmentVariable("LANG"))
    .Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
var speaksUnicode = OperatingSystem.IsWindows()
    ? Console.OutputEncoding.CodePage == System.Text.Encoding.UTF8.CodePage
    : locale.Replace("-", "", StringComparison.Ordinal).Contains("UTF8", StringComparison.OrdinalIgnoreCase);
var isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
var terminal = new Terminal(Console.Out, Console.Error, isInteractive: isTerminal, hasColour: isTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "")
{
    Input = Console.IsInputRedirected ? null : Console.In,
    Piped = Console.IsInputRedirected ? Console.In : null,
    IsAscii = !speaksUnicode,
    Size = () => isTerminal ? (Console.WindowWidth, Console.WindowHeight) : (Terminal.UsualWidth, int.MaxValue),
};
return await CommandLine.RunAsync(args, terminal, TimeProvider.System);

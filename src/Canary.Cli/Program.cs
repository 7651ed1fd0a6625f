using Canary.Cli;
using Canary.Cli.Output;

var terminal = new Terminal(
    Console.Out,
    Console.Error,
    isInteractive: !Console.IsOutputRedirected,
    hasColour: !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "");
return await CommandLine.RunAsync(args, terminal, TimeProvider.System);

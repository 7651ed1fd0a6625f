using System.CommandLine;
using System.Reflection;
using Canary.Cli.Output;

namespace Canary.Cli.Commands;

/// <summary><c>canary version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>The program's version, with the commit where the build knew it.</summary>
    public static string Version => typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Create(Terminal terminal)
    {
        var command = new Command("version", "Says which version this is.");
        command.SetAction(_ =>
        {
            terminal.Out.WriteLine($"canary {Version}, {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}");
            return ExitCode.Pass;
        });
        return command;
    }
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Canary.Cli.Commands;
using Canary.Cli.Output;

namespace Canary.Cli;

/// <summary>The command line: what it offers, and how it ends.</summary>
internal static class CommandLine
{
    /// <summary>Commands whose help says what they end with by themselves.</summary>
    private static readonly string[] Analyses = ["analyze", "replay", "power", "lint", "completion", "version"];

    /// <summary>Runs one call.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, TimeProvider time, CancellationToken cancellation = default)
    {
        var call = new ClusterCall(terminal, time);
        var root = new RootCommand("Canary: rolls new versions out in steps, and judges whether they are worse than the one that serves. The commands talk to the Kubernetes API; they work while the engine is down.")
        {
            ListCommand.Create(call),
            ListCommand.CreateGet(call),
            WatchCommand.Create(call),
            StatusCommand.Create(call),
            AnalyzeCommand.Create(terminal, time),
            ReplayCommand.Create(terminal),
            PowerCommand.Create(terminal),
        };
        foreach (var order in OrderCommand.CreateAll(call))
        {
            root.Subcommands.Add(order);
        }

        foreach (var later in new[] { SetImageCommand.Create(call), HistoryCommand.Create(call), ExplainCommand.Create(call), LintCommand.Create(call), VersionCommand.Create(terminal), CompletionCommand.Create(terminal), CompletionCommand.CreateHidden(terminal, root) })
        {
            root.Subcommands.Add(later);
        }

        var parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                terminal.Error.WriteLine(error.Message);
            }

            var command = parsed.CommandResult.Command;
            terminal.Error.WriteLine($"Try: canary {(command is RootCommand ? "" : command.Name + " ")}--help");
            return ExitCode.Usage;
        }

        try
        {
            var exit = await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false }, cancellation).ConfigureAwait(false);
            if (parsed.Action is HelpAction && !Analyses.Contains(parsed.CommandResult.Command.Name))
            {
                terminal.Out.WriteLine(ExitCode.OnCallHelp);
            }

            return exit;
        }
        catch (UsageException wrong)
        {
            foreach (var line in wrong.Lines)
            {
                terminal.Error.WriteLine(line);
            }

            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Inconclusive;
        }
        catch (OperationCanceledException)
        {
            terminal.EndProgress();
            return ExitCode.Interrupted;
        }
    }
}

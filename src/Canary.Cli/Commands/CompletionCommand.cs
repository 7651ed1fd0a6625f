using System.CommandLine;
using Canary.Cli.Output;

namespace Canary.Cli.Commands;

/// <summary><c>canary completion</c>: what a shell is told to complete commands, options and the names of Rollouts; and the hidden command that it asks.</summary>
internal static class CompletionCommand
{
    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<Shell>("SHELL") { Description = "bash, zsh, fish, powershell, or kubectl: the file kubectl_complete-canary" };
        var command = new Command("completion", "Writes a script that completes commands, options and names of Rollouts. bash: source <(canary completion bash). For kubectl canary: put the output of canary completion kubectl as kubectl_complete-canary on the PATH, executable.") { shell };
        command.SetAction(parsed =>
        {
            terminal.Out.Write(Script(parsed.GetValue(shell)));
            return ExitCode.Pass;
        });
        return command;
    }

    /// <summary>The command that scripts call: the words so far, the last one unfinished; it answers with one candidate a line.</summary>
    public static Command CreateHidden(Terminal terminal, RootCommand root)
    {
        var words = new Argument<string[]>("WORDS") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("complete", "Answers what could be typed next.") { words };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            foreach (var candidate in Next(root, parsed.GetValue(words) ?? []))
            {
                terminal.Out.WriteLine(candidate);
            }

            return ExitCode.Pass;
        });
        return command;
    }

    private static IEnumerable<string> Next(RootCommand root, string[] words)
    {
        var last = words.Length == 0 ? "" : words[^1];
        var line = string.Join(' ', words.Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word));
        return root.Parse(line).GetCompletions(line.Length)
            .Select(item => item.InsertText ?? item.Label)
            .Where(candidate => candidate.StartsWith(last, StringComparison.Ordinal) && !candidate.StartsWith('/') && (candidate is not ("-h" or "-?") || last == candidate))
            .Distinct();
    }

    private static string Script(Shell shell) => shell switch
    {
        Shell.Bash => """
            _canary() {
                local IFS=$'\n'
                COMPREPLY=($(canary complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
            }
            complete -F _canary canary

            """,
        Shell.Zsh => """
            #compdef canary
            _canary() {
                local -a candidates
                candidates=("${(@f)$(canary complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
                compadd -a candidates
            }
            compdef _canary canary

            """,
        Shell.Fish => """
            function __canary_complete
                set -l words (commandline -opc) (commandline -ct)
                canary complete -- $words[2..-1] 2>/dev/null
            end
            complete -c canary -f -a '(__canary_complete)'

            """,
        Shell.Powershell => """
            Register-ArgumentCompleter -Native -CommandName canary -ScriptBlock {
                param($word, $ast, $position)
                $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
                if ($word -eq '') { $words += '' }
                canary complete -- @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }

            """,
        _ => """
            #!/bin/sh
            # kubectl_complete-canary: kubectl calls it to complete kubectl canary ...
            canary complete -- "$@" 2>/dev/null
            echo ':4'

            """,
    };

    internal enum Shell
    {
        Bash,
        Zsh,
        Fish,
        Powershell,
        Kubectl,
    }
}

using System.CommandLine;
using Canary.Cli.Output;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary><c>canary watch</c>: one Rollout, live.</summary>
internal static class WatchCommand
{
    public static Command Create(ClusterCall call)
    {
        var access = new AccessOptions();
        var name = ClusterCall.Name(call, access);
        var interval = new Option<string>("--interval") { Description = "The time between two looks, at least 200ms", HelpName = "TIME", DefaultValueFactory = _ => "1s" };
        var timeout = SharedOptions.Timeout("How long to watch; 0s watches until you stop it", "0s");
        var ascii = SharedOptions.Ascii();
        var command = new Command("watch", "Shows one Rollout, live; in a log, a line for each change.") { name, interval, timeout, ascii };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => call.RunAsync(access.Read(parsed), async (connection, token) =>
        {
            var pace = SharedOptions.Duration("--interval", parsed.GetRequiredValue(interval));
            pace = pace < TimeSpan.FromMilliseconds(200) ? TimeSpan.FromMilliseconds(200) : pace;
            var limit = SharedOptions.Duration("--timeout", parsed.GetRequiredValue(timeout));
            var key = ClusterCall.Key(connection, parsed.GetRequiredValue(name));
            var reader = new RolloutReader(connection.Api, call.Time);
            var started = call.Time.GetTimestamp();
            var glance = "";
            for (var seen = false; ; seen = true)
            {
                RolloutDocument? rollout;
                try
                {
                    rollout = await reader.ReadAsync(key, token).ConfigureAwait(false);
                }
                catch (KubernetesApiException unreachable) when (seen && unreachable.IsTransient)
                {
                    // the last screen stays; it says how old it is
                    call.Terminal.Progress($"the cluster does not answer, trying again: {unreachable.Message}");
                    await Task.Delay(pace, call.Time, token).ConfigureAwait(false);
                    continue;
                }

                call.Terminal.EndProgress();
                if (rollout is null)
                {
                    return await call.MissingAsync(connection, key, token).ConfigureAwait(false);
                }

                Show(call.Terminal, rollout, parsed.GetValue(ascii), ref glance);
                if (limit > TimeSpan.Zero && call.Time.GetElapsedTime(started) >= limit)
                {
                    return ExitCode.Pass;
                }

                await Task.Delay(pace, call.Time, token).ConfigureAwait(false);
            }
        }, cancellation));
        return command;
    }

    /// <summary>One line that says what matters, and stays the same while nothing changes.</summary>
    public static string Glance(RolloutDocument rollout)
    {
        var status = rollout.Status;
        var step = status is { Journey: { Stage: Stage.Stepping, Express: false } journey, Plan: { } plan } && journey.Step < plan.Steps.Count
            ? FormattableString.Invariant($" step {journey.Step + 1}/{plan.Steps.Count} {plan.Steps[journey.Step].Kind}")
            : RolloutScreen.StepOf(rollout) is { } words ? $" {words}" : "";
        var verdict = status is { Verdict: { } last, Journey: not null } ? $" {RolloutScreen.WordOf(last.State).Word}" : "";
        var waiting = rollout.Waiting is { } command ? $" | {command.Verb?.ToString().ToLowerInvariant() ?? "a command"} waits for the engine" : "";
        return $"{rollout.Key} {status.Phase}{step} {rollout.Weight}{verdict} | {status.Message}{waiting}";
    }

    private static void Show(Terminal terminal, RolloutDocument rollout, bool ascii, ref string glance)
    {
        if (terminal.IsInteractive)
        {
            terminal.Draw(RolloutScreen.Lines(rollout, terminal.Style(ascii), $"read at {Figures.Clock(rollout.ReadAt)} UTC; Ctrl+C ends it"));
            return;
        }

        var now = Glance(rollout);
        if (now != glance)
        {
            terminal.Out.WriteLine($"{Figures.Clock(rollout.ReadAt)} {now}");
            terminal.Out.Flush();
            glance = now;
        }
    }
}

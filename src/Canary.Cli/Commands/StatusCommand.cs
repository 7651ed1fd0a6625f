using System.CommandLine;
using System.Text.Json.Nodes;
using Canary.Cli.Output;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary><c>canary status</c>: waits until a rollout has ended, and ends with how; for scripts.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    public static Command Create(ClusterCall call)
    {
        var access = new AccessOptions();
        var name = ClusterCall.Name(call, access);
        var watch = new Option<bool>("--watch", "-w") { Description = "Wait until it has ended, or waits for a person", DefaultValueFactory = _ => true };
        var timeout = SharedOptions.Timeout("How long to wait; 0s waits for ever", "0s");
        var output = SharedOptions.Output();
        var command = new Command("status", "Waits until a rollout is Healthy or Degraded, or waits for a person, and ends with how.") { name, watch, timeout, output };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => call.RunAsync(access.Read(parsed), async (connection, token) =>
        {
            var key = ClusterCall.Key(connection, parsed.GetRequiredValue(name));
            var limit = SharedOptions.Duration("--timeout", parsed.GetRequiredValue(timeout));
            var reader = new RolloutReader(connection.Api, call.Time);
            var started = call.Time.GetTimestamp();
            var glance = "";
            while (true)
            {
                if (await reader.ReadAsync(key, token).ConfigureAwait(false) is not { } rollout)
                {
                    return await call.MissingAsync(connection, key, token).ConfigureAwait(false);
                }

                var exit = Ended(rollout);
                var late = limit > TimeSpan.Zero && call.Time.GetElapsedTime(started) >= limit;
                if (exit is not null || late || !parsed.GetValue(watch))
                {
                    var code = exit ?? ExitCode.TimedOut;
                    Write(call.Terminal, rollout, code, parsed.GetValue(output));
                    return code;
                }

                var now = WatchCommand.Glance(rollout);
                if (now != glance)
                {
                    call.Terminal.Progress(call.Terminal.Style().Fit(now, call.Terminal.IsInteractive ? call.Terminal.Style().Width - 1 : int.MaxValue));
                    glance = now;
                }

                await Task.Delay(Pace, call.Time, token).ConfigureAwait(false);
            }
        }, cancellation));
        return command;
    }

    /// <summary>How a rollout ended; null while it goes on, or while the engine has not seen yet what is asked for.</summary>
    public static int? Ended(RolloutDocument rollout)
    {
        var status = rollout.Status;
        if (!rollout.IsCurrent || rollout.Waiting is not null)
        {
            return null;
        }

        return status.Phase switch
        {
            // right after a new image is set the engine still calls the old one healthy
            Phase.Healthy => rollout.Deployment is { } deployment && deployment.Template != status.Stable?.Revision ? null : ExitCode.Pass,
            Phase.Degraded => ExitCode.Degraded,
            Phase.Invalid => ExitCode.Error,
            Phase.Paused when status.Pause is { Until: null } => ExitCode.WaitsForPerson,
            _ => null,
        };
    }

    private static void Write(Terminal terminal, RolloutDocument rollout, int code, OutputFormat format)
    {
        terminal.EndProgress();
        var status = rollout.Status;
        if (format == OutputFormat.Json)
        {
            var written = new JsonObject
            {
                ["namespace"] = rollout.Key.Namespace,
                ["name"] = rollout.Key.Name,
                ["phase"] = status.Phase.ToString(),
                ["message"] = status.Message,
                ["weight"] = rollout.Weight.Percent,
                ["settled"] = code != ExitCode.TimedOut,
                ["exit"] = code,
            };
            if (status.Stable is { } stable)
            {
                written["stable"] = stable.Revision.Hash;
            }

            if (status.Candidate is { } candidate)
            {
                written["candidate"] = candidate.Revision.Hash;
            }

            terminal.Out.WriteLine(written.ToJsonString(JsonText.Indented));
            return;
        }

        terminal.Out.WriteLine($"{terminal.Coloured(status.Phase.ToString(), RolloutScreen.MoodOf(status.Phase))}  {rollout.Key}: {status.Message}");
        if (code == ExitCode.WaitsForPerson)
        {
            terminal.Out.WriteLine($"It waits for a person: canary resume, promote or abort {rollout.Key.Name} -n {rollout.Key.Namespace}");
        }
        else if (code == ExitCode.TimedOut)
        {
            terminal.Error.WriteLine(rollout.IsCurrent ? "it goes on" : "the engine has not seen the last change of the Rollout yet: is it running? kubectl -n canary-system get pods");
        }
    }
}

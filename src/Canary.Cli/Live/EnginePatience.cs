using Canary.Cli.Output;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Access;
using Canary.Kubernetes.Commands;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Live;

/// <summary>Waits for the engine to carry a command out, and says what to do when it does not.</summary>
internal sealed class EnginePatience(Terminal terminal, TimeProvider time, ClusterConnection connection)
{
    /// <summary>An engine that runs takes a command up within a second.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(3);

    /// <summary>Waits.</summary>
    /// <param name="key">The Rollout.</param>
    /// <param name="verb">The command's word.</param>
    /// <param name="id">Its id.</param>
    /// <param name="patience">How long.</param>
    /// <param name="cancellation">Ends the waiting; the command stays.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public async Task<int> AwaitAsync(RolloutKey key, string verb, string id, TimeSpan patience, CancellationToken cancellation)
    {
        var told = false;
        var reply = await new CommandSender(connection.Api, time).WaitAsync(key, id, patience, waited =>
        {
            if (!told && waited >= Usual)
            {
                told = true;
                terminal.Progress($"{verb} waits on the Rollout; the engine has not taken it up for {Usual.TotalSeconds:0} s");
            }
        }, cancellation).ConfigureAwait(false);
        terminal.EndProgress();
        switch (reply)
        {
            case { Result: CommandResult.Accepted }:
                terminal.Out.WriteLine($"{key}: {terminal.Coloured(verb, Mood.Good)}: {reply.Message}");
                return ExitCode.Pass;
            case { Result: CommandResult.Refused }:
                terminal.Error.WriteLine($"{key}: {terminal.Coloured($"{verb} was refused", Mood.Bad)}: {reply.Message}");
                return ExitCode.Error;
            case { }:
                terminal.Error.WriteLine($"{key}: {verb} was not carried out: {reply.Message}");
                return ExitCode.Error;
        }

        terminal.Error.WriteLine($"{key}: {verb} was written, and waits on the Rollout: the engine has not taken it up within {Figures.Time(patience)}.");
        terminal.Error.WriteLine("It is carried out as soon as the engine runs; do not send it again. Is the engine there?");
        terminal.Error.WriteLine($"  {await EngineSight.DescribeAsync(connection.Api, time, cancellation).ConfigureAwait(false)}");
        terminal.Error.WriteLine($"  kubectl -n {EngineSight.Namespace} get pods,leases");
        if (verb is "abort" or "rollback")
        {
            terminal.Error.WriteLine("Without the engine, traffic goes back by hand: set the weights of the VirtualService to 100 and 0 (docs/on-call.md).");
        }

        return ExitCode.TimedOut;
    }
}

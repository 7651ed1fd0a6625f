using System.CommandLine;
using System.Globalization;
using Canary.Cli.Live;
using Canary.Cli.Output;
using Canary.Core;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Access;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Commands;
using Canary.Kubernetes.Documents;
using Command = System.CommandLine.Command;

namespace Canary.Cli.Commands;

/// <summary>The commands on call: promote, resume, pause, abort, retry, rollback, restart.</summary>
internal sealed class OrderCommand
{
    private readonly ClusterCall _call;
    private readonly CommandVerb _verb;
    private readonly AccessOptions _access = new();
    private readonly Argument<string> _name;
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for those who read it later", HelpName = "TEXT" };
    private readonly Option<string?> _id = new("--id") { Description = "The command's id; the same id acts once, so that a script may repeat itself. New by default", HelpName = "ID" };
    private readonly Option<bool> _force = new("--force") { Description = "Replace a command that waits" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Do not wait until the engine has carried it out" };
    private readonly Option<string> _timeout = SharedOptions.Timeout("How long to wait for the engine", "30s");
    private readonly Option<string?> _target = new("--to-revision") { Description = "Which: a hash, or the number of kubectl rollout history; the former one by default", HelpName = "REVISION" };

    private OrderCommand(ClusterCall call, CommandVerb verb)
    {
        _call = call;
        _verb = verb;
        _name = ClusterCall.Name(call, _access);
        _target.CompletionSources.Add(context => Candidates.Revisions(call, _access, context, _name));
    }

    public static IEnumerable<Command> CreateAll(ClusterCall call) => Enum.GetValues<CommandVerb>().Select(verb => new OrderCommand(call, verb).Create());

    private static string Does(CommandVerb verb) => verb switch
    {
        CommandVerb.Promote => "Leaves the remaining steps out: all requests as soon as the pods are there. Still taken back on evidence.",
        CommandVerb.Resume => "Leaves a pause; the plan goes on.",
        CommandVerb.Pause => "Holds the weight. The candidate is still taken back if it proves worse.",
        CommandVerb.Abort => "All requests back to the stable revision, now. A command that waits gives way.",
        CommandVerb.Retry => "Starts the revision that was taken back again, from the first step.",
        CommandVerb.Rollback => "During a rollout as abort; afterwards goes to the former revision at once.",
        _ => "New pods of the same template, as a rollout.",
    };

    private Command Create()
    {
        var command = new Command(Word, Does(_verb)) { _name, _reason, _id, _force, _noWait, _timeout };
        if (Asks)
        {
            command.Options.Add(_yes);
        }

        if (_verb == CommandVerb.Rollback)
        {
            command.Aliases.Add("undo");
            command.Options.Add(_target);
        }

        _access.AddTo(command);
        command.SetAction((parsed, cancellation) => _call.RunAsync(_access.Read(parsed), (connection, token) => RunAsync(parsed, connection, token), cancellation));
        return command;
    }

    private string Word => _verb.ToString().ToLowerInvariant();

    private bool Asks => _verb is CommandVerb.Promote or CommandVerb.Rollback or CommandVerb.Restart;

    private async Task<int> RunAsync(ParseResult parsed, ClusterConnection connection, CancellationToken cancellation)
    {
        var key = ClusterCall.Key(connection, parsed.GetRequiredValue(_name));
        var patience = SharedOptions.Duration("--timeout", parsed.GetRequiredValue(_timeout));
        if (await FindAsync(connection, key, cancellation).ConfigureAwait(false) is not { } rollout)
        {
            return await _call.MissingAsync(connection, key, cancellation).ConfigureAwait(false);
        }

        var revision = Revision(rollout, _verb == CommandVerb.Rollback ? parsed.GetValue(_target) : null);
        var terminal = _call.Terminal;
        if (Asks && !parsed.GetValue(_yes) && !terminal.Confirm(Question(rollout, revision)))
        {
            terminal.Error.WriteLine("nothing was done");
            return ExitCode.Error;
        }

        var id = parsed.GetValue(_id) ?? Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        var by = await connection.WhoAsync(cancellation).ConfigureAwait(false);
        var sender = new CommandSender(connection.Api, _call.Time);

        // whoever takes traffic back does not wait behind somebody who wanted something else
        var force = parsed.GetValue(_force) || (_verb == CommandVerb.Abort && rollout.Waiting is not { Verb: CommandVerb.Abort });
        switch (await sender.SendAsync(key, new Order(id, _verb, by, revision, parsed.GetValue(_reason)), force, cancellation).ConfigureAwait(false))
        {
            case SendOutcome.Missing:
                return await _call.MissingAsync(connection, key, cancellation).ConfigureAwait(false);
            case SendOutcome.OtherWaits(var other):
                terminal.Error.WriteLine($"{key}: {Described(other)} still waits for the engine, so nothing was sent; --force replaces it");
                return ExitCode.Error;
            case SendOutcome.Done(var done):
                terminal.Out.WriteLine($"{key}: {Word} {id} was carried out before{(done is null ? "" : $": {done.Message}")}");
                return ExitCode.Pass;
            case SendOutcome.Written({ } replaced):
                terminal.Error.WriteLine($"{key}: {Described(replaced)} waited for the engine and was replaced");
                break;
        }

        if (parsed.GetValue(_noWait))
        {
            terminal.Out.WriteLine($"{key}: {Word} was sent (id {id}); the engine carries it out as soon as it runs");
            return ExitCode.Pass;
        }

        return await new EnginePatience(terminal, _call.Time, connection).AwaitAsync(key, Word, id, patience, cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads the Rollout, and what belongs to it only where that is asked about: who may patch Rollouts alone, or cannot reach anything else, may still command.</summary>
    private async Task<RolloutDocument?> FindAsync(ClusterConnection connection, RolloutKey key, CancellationToken cancellation)
    {
        var reader = new RolloutReader(connection.Api, _call.Time);
        var alone = await reader.FindAsync(key, cancellation).ConfigureAwait(false);
        if (alone is null || !Asks)
        {
            return alone;
        }

        try
        {
            return await reader.ReadAsync(key, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException)
        {
            return alone; // the question then names hashes, and the engine finds the former revision
        }
    }

    /// <summary>The revision that the person sees now, or wants: a command that comes late acts on nothing else.</summary>
    private string? Revision(RolloutDocument rollout, string? target)
    {
        var status = rollout.Status;
        return _verb switch
        {
            CommandVerb.Rollback when target is not null => target,
            CommandVerb.Rollback when status.Journey is { ByCommand: true, Stage: not Stage.Retreating } || status.NativeSeen => null,
            CommandVerb.Rollback => status.Journey is not null ? status.Stable?.Revision.Hash : FormerRevision.Of(status, rollout.Revisions)?.Hash,
            CommandVerb.Retry => status.Refused?.Arm.Revision.Hash,
            CommandVerb.Restart => null,
            _ => status.Candidate?.Revision.Hash,
        };
    }

    private string Question(RolloutDocument rollout, string? revision)
    {
        var status = rollout.Status;
        return _verb switch
        {
            CommandVerb.Promote => $"Give all requests of {rollout.Key} to {Named(rollout, status.Candidate?.Revision.Hash)} now?",
            CommandVerb.Restart => $"Restart all pods of {rollout.Key}, as a rollout?",
            _ => $"Take {rollout.Key} from {Named(rollout, (status.Candidate ?? status.Stable)?.Revision.Hash)} back to {Named(rollout, revision)}?",
        };
    }

    private static string Named(RolloutDocument rollout, string? revision)
    {
        var image = rollout.Revisions.FirstOrDefault(replicaSet => replicaSet.Revision.Hash == revision)?.Image;
        return revision is null ? "the former revision" : image is null ? $"revision {revision}" : $"{image} ({revision})";
    }

    private static string Described(Core.Commands.Command waiting) =>
        $"{waiting.Verb?.ToString().ToLowerInvariant() ?? "a command that cannot be read"}{(waiting.By is { } by ? $" by {by}" : "")}";
}

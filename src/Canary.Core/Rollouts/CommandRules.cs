using System.Globalization;
using Canary.Core.Commands;
using Canary.Core.Traffic;

namespace Canary.Core.Rollouts;

/// <summary>What a person orders wins over everything else.</summary>
internal static class CommandRules
{
    private const int KeptIds = 20;

    public static void Obey(Pass pass)
    {
        var status = pass.Status;
        if (pass.Observed.Command is not { } command)
        {
            if (status.LastCommand is { Pending: true } done)
            {
                pass.Status = status with { LastCommand = done with { Pending = false } };
            }

            return;
        }

        if (status.LastCommand is { Pending: true } last && last.Raw == command.Raw)
        {
            return;
        }

        var (result, message) = command switch
        {
            { Problem: { } problem } => (CommandResult.Refused, problem),
            { Id: { } id } when status.CommandIds.Contains(id) => (CommandResult.Refused, $"the command {id} was carried out before"),
            _ => Execute(pass, command),
        };
        pass.Status = pass.Status with
        {
            LastCommand = new CommandStatus
            {
                Raw = command.Raw,
                Id = command.Id,
                Verb = command.Verb,
                By = command.By,
                At = pass.Now,
                Revision = command.Revision ?? pass.Status.Candidate?.Revision,
                Result = result,
                Message = message,
                Pending = true,
            },
            CommandIds = result == CommandResult.Accepted && command.Id is { } carriedOut ? status.CommandIds.Append(carriedOut).TakeLast(KeptIds).ToValueList() : status.CommandIds,
        };
        var who = command.By is { } by ? $" by {by}" : "";
        var why = command.Reason is { } reason ? $" ({reason})" : "";
        pass.Announce(
            result == CommandResult.Accepted ? "CommandAccepted" : "CommandRefused",
            $"{command.Verb?.ToString().ToLowerInvariant() ?? "command"}{who}{why}: {message}",
            warning: result == CommandResult.Refused);
    }

    private static (CommandResult Result, string Message) Execute(Pass pass, Command command)
    {
        if (pass.Observed.Deleting && (command.Verb != CommandVerb.Abort || pass.Status.Journey is not { HandOverSentAt: null }))
        {
            return Refuse("the Rollout is being deleted");
        }

        if (pass.Status.Stable is null)
        {
            return Refuse("the Deployment has not been taken over yet");
        }

        if (command.Verb is CommandVerb.Promote or CommandVerb.Resume or CommandVerb.Pause or CommandVerb.Abort
            && command.Revision is { } named && pass.Status.Candidate is { } candidate && candidate.Revision != named)
        {
            return Refuse($"revision {named} is no longer the candidate; {candidate.Revision} is");
        }

        return command.Verb switch
        {
            CommandVerb.Promote => Promote(pass, command),
            CommandVerb.Resume => Resume(pass),
            CommandVerb.Pause => Pause(pass, command),
            CommandVerb.Abort => Abort(pass, command),
            CommandVerb.Retry => Retry(pass, command),
            CommandVerb.Rollback => Rollback(pass, command),
            CommandVerb.Restart => Restart(pass),
            _ => Refuse("the verb is not known; write promote, resume, pause, abort, retry, rollback or restart"),
        };
    }

    private static (CommandResult Result, string Message) Promote(Pass pass, Command command)
    {
        if (pass.Status.Journey is not { } journey)
        {
            return Refuse(pass.Status.Refused is { } refused ? $"no rollout is under way; {refused.Arm.Revision} was taken back: retry starts it again" : "no rollout is under way");
        }

        if (journey.Stage == Stage.Retreating)
        {
            return Refuse("the candidate is being taken back; retry starts it again afterwards");
        }

        Unstall(pass);
        pass.Status = pass.Status with { Pause = null };
        if (journey.Stage is Stage.Preparing or Stage.Stepping)
        {
            pass.Travel(now => now with { Express = true, Step = 0, EnteredAt = pass.Now, HeldSince = null, NoDataSince = null, By = command.By ?? now.By, Reason = $"promoted by {command.By ?? "a person"}" });
            return Accept($"{pass.Status.Candidate!.Revision} gets all requests as soon as its pods are there");
        }

        return Accept($"{pass.Status.Candidate!.Revision} is being promoted already");
    }

    private static (CommandResult Result, string Message) Resume(Pass pass)
    {
        if (pass.Status.Pause is not { } pause)
        {
            if (pass.Status.StalledSince is not null)
            {
                Unstall(pass);
                return Accept("the weights are put back to the plan");
            }

            return Refuse("it is not paused");
        }

        pass.Status = pass.Status with { Pause = null };
        Unstall(pass);
        if (pause.Reason != PauseReason.Command || pass.CurrentStep is Step.Pause)
        {
            StepRules.Next(pass);
        }

        return Accept("the plan goes on");
    }

    private static (CommandResult Result, string Message) Pause(Pass pass, Command command)
    {
        switch (pass.Status.Journey)
        {
            case null:
                return Refuse("no rollout is under way");
            case { Stage: Stage.Retreating }:
                return Refuse("the candidate is being taken back; that cannot be paused");
            case { HandOverSentAt: not null }:
                return Refuse("the candidate is already being handed over");
            default:
                if (pass.Status.Pause is { Until: null })
                {
                    return Accept("it waits for a person already");
                }

                pass.Status = pass.Status with { Pause = new PauseStatus(PauseReason.Command, pass.Now, null, command.By) };
                return Accept($"held at {pass.Status.Traffic?.Weight ?? Weight.Zero}; it is still taken back if it proves worse");
        }
    }

    private static (CommandResult Result, string Message) Abort(Pass pass, Command command)
    {
        Unstall(pass);
        var reason = $"aborted by {command.By ?? "a person"}{(command.Reason is { } why ? $": {why}" : "")}";
        switch (pass.Status.Journey)
        {
            case null when pass.Status.NativeSeen:
                return TakeBackNative(pass, command);
            case null:
                return pass.Observed.Traffic.Exceeds(Weight.Zero)
                    ? Accept("no rollout is under way; the weights are put back to 100/0")
                    : Refuse("no rollout is under way");
            case { Stage: Stage.Retreating }:
                pass.Travel(now => now with { RetreatOrdered = true, Next = null, By = command.By ?? now.By });
                return Accept("it is being taken back already");
            case { HandOverSentAt: not null }:
                pass.Travel(now => now with { Next = pass.Status.Stable!.Revision, By = command.By });
                return Accept("the hand-over has been sent and completes; then it goes straight back to the former revision");
            default:
                RetreatRules.Begin(pass, Outcome.Aborted, reason, ordered: true, by: command.By);
                return Accept($"all requests go back to {pass.Status.Stable!.Revision}");
        }
    }

    /// <summary>Has the Deployment's own controller go back, as <c>kubectl rollout undo</c> does: its template is set back, and the other one refused.</summary>
    private static (CommandResult Result, string Message) TakeBackNative(Pass pass, Command command)
    {
        if (pass.Observed.Deployment is not { Paused: false } deployment || deployment.Template == pass.Status.Stable!.Revision || pass.StableReplicaSet is null)
        {
            return Refuse("the Deployment's own controller is making pods, and there is no ReplicaSet to go back to");
        }

        var name = pass.Observed.ReplicaSetOf(deployment.Template)?.Name ?? "";
        pass.Status = pass.Status with { Refused = new Refusal(new Arm(deployment.Template, name, deployment.Image), true, $"the Deployment's own update was taken back by {command.By ?? "a person"}") };
        return Accept($"the Deployment's template is set back to {pass.Status.Stable.Revision}; its own controller takes the update back");
    }

    private static (CommandResult Result, string Message) Retry(Pass pass, Command command)
    {
        if (pass.Status.Journey is not null)
        {
            return Refuse("a rollout is under way");
        }

        var template = pass.Observed.Deployment?.Template;
        if (pass.Status.Refused is not { } refused || template != refused.Arm.Revision)
        {
            return Refuse("there is no refused revision that the Deployment asks for");
        }

        if (command.Revision is { } named && named != refused.Arm.Revision)
        {
            return Refuse($"revision {named} is not the one that was taken back; {refused.Arm.Revision} is");
        }

        pass.Status = pass.Status with { Refused = null };
        return Accept($"{refused.Arm.Revision} starts again from the first step");
    }

    private static (CommandResult Result, string Message) Rollback(Pass pass, Command command)
    {
        var stable = pass.Status.Stable!.Revision;
        if (command.Revision is null && pass.Status.Journey is { ByCommand: true, Stage: not Stage.Retreating })
        {
            return Accept($"goes to {pass.Status.Candidate!.Revision} already");
        }

        if (pass.Status.NativeSeen)
        {
            return command.Revision is null || command.Revision == stable
                ? TakeBackNative(pass, command)
                : Refuse($"the Deployment updates itself; abort takes it back to {stable}, then it can go to {command.Revision}");
        }

        if (Target(pass, command) is not { } target)
        {
            var kept = string.Join(", ", pass.Observed.ReplicaSets.Where(replicaSet => !replicaSet.IsBaseline).Select(replicaSet => replicaSet.Revision).Where(revision => revision != stable));
            return Refuse(command.Revision is { } named ? $"there is no ReplicaSet of revision {named}; there are: {(kept.Length == 0 ? "none" : kept)}" : "there is no earlier revision to go back to");
        }

        if (pass.Status.Journey is { } journey)
        {
            if (target == stable)
            {
                return Abort(pass, command);
            }

            if (target == pass.Status.Candidate!.Revision)
            {
                return Refuse($"revision {target} is the candidate");
            }

            if (journey.HandOverSentAt is not null || journey.Stage == Stage.Retreating)
            {
                pass.Travel(now => now with { Next = target, By = command.By });
                return Accept($"goes to {target} right after");
            }

            RetreatRules.Begin(pass, Outcome.Aborted, $"rolled back by {command.By ?? "a person"}", ordered: true, by: command.By, next: target);
            return Accept($"all requests go back to {stable}, then to {target}");
        }

        if (target == stable)
        {
            return Refuse($"revision {target} is the stable one already");
        }

        if (pass.Status.Traffic is null)
        {
            return Refuse("the routes are not in order");
        }

        var replicaSet = pass.Observed.ReplicaSetOf(target)!; // found by Target
        Unstall(pass);
        StartRules.Begin(pass, target, replicaSet.Name, replicaSet.Image, byCommand: true, command.By);
        return Accept($"goes to {target} at once: pods first, then all requests");
    }

    private static Revision? Target(Pass pass, Command command)
    {
        var stable = pass.Status.Stable!.Revision;
        if (command.Revision is { } named)
        {
            if (named == stable || pass.Observed.ReplicaSetOf(named) is { IsBaseline: false })
            {
                return named;
            }

            // as kubectl's --to-revision: the number in the Deployment's history
            return long.TryParse(named.Hash, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? pass.Observed.ReplicaSets.FirstOrDefault(replicaSet => replicaSet.HistoryRevision == number)?.Revision
                : null;
        }

        if (pass.Status.Journey is not null)
        {
            return stable;
        }

        return FormerRevision.Of(pass.Status, pass.Observed.ReplicaSets);
    }

    private static (CommandResult Result, string Message) Restart(Pass pass)
    {
        if (pass.Status.Journey is not null)
        {
            return Refuse("a rollout is under way");
        }

        if (pass.Observed.Deployment?.Template != pass.Status.Stable!.Revision || pass.Status.NativeSeen)
        {
            return Refuse("the Deployment asks for another revision than the stable one, and a restart would start that; set its template back first, or use retry");
        }

        pass.Status = pass.Status with { RestartStamp = pass.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) };
        return Accept("new pods of the same template start as a rollout");
    }

    private static void Unstall(Pass pass) => pass.Status = pass.Status with { StalledSince = null, DriftAt = [] };

    private static (CommandResult Result, string Message) Accept(string message) => (CommandResult.Accepted, message);

    private static (CommandResult Result, string Message) Refuse(string message) => (CommandResult.Refused, message);
}

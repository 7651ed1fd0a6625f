using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Documents;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Commands;

/// <summary>Sends commands of people, by the annotation that is the only way in, and waits for what becomes of them. Thread-safe.</summary>
/// <param name="api">The API, with the person's rights.</param>
/// <param name="time">The clock.</param>
public sealed class CommandSender(KubernetesApi api, TimeProvider time)
{
    // The engine writes the status every few seconds: a race that is lost so often is no race.
    private const int MostRaces = 12;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly RolloutReader _reader = new(api, time);

    /// <summary>Writes a command onto a Rollout, unless another one waits there or this one was carried out before.</summary>
    /// <param name="key">The Rollout.</param>
    /// <param name="order">The command.</param>
    /// <param name="force">Whether a command that waits is replaced.</param>
    /// <param name="cancellation">Cancels; the command may have been written nevertheless.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="KubernetesApiException">It could not be written.</exception>
    public async Task<SendOutcome> SendAsync(RolloutKey key, Order order, bool force, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(order);
        var raw = order.Write();
        for (var race = 1; ; race++)
        {
            if (await _reader.FindAsync(key, cancellation).ConfigureAwait(false) is not { } rollout)
            {
                return new SendOutcome.Missing();
            }

            if (rollout.Status.CommandIds.Contains(order.Id))
            {
                return new SendOutcome.Done(rollout.Status.LastCommand is { } last && last.Id == order.Id ? last : null);
            }

            var other = rollout.Waiting is { } waiting && waiting.Id != order.Id ? waiting : null;
            if (other is not null && !force)
            {
                return new SendOutcome.OtherWaits(other);
            }

            try
            {
                // the version makes sure that nobody's command is overwritten unseen, and that a repeated call writes nothing twice
                await api.PatchAsync(ResourceKind.Rollouts, key.Namespace, key.Name, PatchKind.MergePatch, Patch(raw, rollout.Source.VersionOf()), null, cancellation).ConfigureAwait(false);
                return new SendOutcome.Written(other);
            }
            catch (KubernetesApiException lost) when (lost.IsConflict && race < MostRaces)
            {
                // somebody wrote in between: look again
            }
        }
    }

    /// <summary>Waits until the engine has carried a command out, or refused it.</summary>
    /// <param name="key">The Rollout.</param>
    /// <param name="id">The command's id.</param>
    /// <param name="patience">How long to wait, above 0.</param>
    /// <param name="waits">Called at every look while the command still waits, with the time it waits.</param>
    /// <param name="cancellation">Ends the waiting; the command stays.</param>
    /// <returns>What became of it; null when it still waits.</returns>
    /// <exception cref="KubernetesApiException">The Rollout could not be read.</exception>
    public async Task<CommandReply?> WaitAsync(RolloutKey key, string id, TimeSpan patience, Action<TimeSpan> waits, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(waits);
        var started = time.GetTimestamp();
        while (true)
        {
            var rollout = await _reader.FindAsync(key, cancellation).ConfigureAwait(false);
            switch (rollout)
            {
                case null:
                    return new CommandReply(null, "the Rollout is gone");
                case { Status.LastCommand: { } last } when last.Id == id:
                    return new CommandReply(last.Result, last.Message);
                case { Status: var status } when status.CommandIds.Contains(id):
                    return new CommandReply(CommandResult.Accepted, "it was carried out");
                case { Waiting: var waiting } when waiting?.Id != id:
                    return new CommandReply(null, $"it was replaced before the engine saw it{(waiting is { By: { } by } ? $", by {by}" : "")}");
            }

            var waited = time.GetElapsedTime(started);
            if (waited >= patience)
            {
                return null;
            }

            waits(waited);
            await Task.Delay(Look, time, cancellation).ConfigureAwait(false);
        }
    }

    private static JsonObject Patch(string raw, string version) => new()
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = version, ["annotations"] = new JsonObject { [Names.CommandAnnotation] = raw } },
    };
}

/// <summary>What a person orders.</summary>
/// <param name="Id">New for every command; the same id acts once.</param>
/// <param name="Verb">What is ordered.</param>
/// <param name="By">Who orders it, at most 253 characters.</param>
/// <param name="Revision">The revision that the person saw, or wants; null means whatever is current.</param>
/// <param name="Reason">Why, at most 1024 characters; null when not given.</param>
public sealed record Order(string Id, CommandVerb Verb, string By, string? Revision, string? Reason)
{
    private const int LongestName = 253;
    private const int LongestReason = 1024;

    /// <summary>Writes the annotation's value.</summary>
    /// <returns>One JSON object.</returns>
    public string Write()
    {
        var written = new JsonObject { ["id"] = Id, ["verb"] = Verb.ToString().ToLowerInvariant(), ["by"] = Cut(By, LongestName) };
        if (Revision is not null)
        {
            written["revision"] = Revision;
        }

        if (Reason is { Length: > 0 })
        {
            written["reason"] = Cut(Reason, LongestReason);
        }

        return written.ToJsonString();
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}

/// <summary>What came of sending a command.</summary>
public abstract record SendOutcome
{
    private SendOutcome()
    {
    }

    /// <summary>It stands on the Rollout.</summary>
    /// <param name="Replaced">The command that it replaced; null when there was none.</param>
    public sealed record Written(Command? Replaced) : SendOutcome;

    /// <summary>A command of that id was carried out before; nothing was written.</summary>
    /// <param name="Status">What became of it; null when later commands have pushed that out.</param>
    public sealed record Done(CommandStatus? Status) : SendOutcome;

    /// <summary>Another command waits; nothing was written.</summary>
    /// <param name="Waiting">That command.</param>
    public sealed record OtherWaits(Command Waiting) : SendOutcome;

    /// <summary>There is no such Rollout.</summary>
    public sealed record Missing : SendOutcome;
}

/// <summary>What became of a command.</summary>
/// <param name="Result">Whether it was carried out; null when nobody will.</param>
/// <param name="Message">One sentence.</param>
public sealed record CommandReply(CommandResult? Result, string Message);

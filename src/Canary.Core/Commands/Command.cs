using Canary.Core.Traffic;

namespace Canary.Core.Commands;

/// <summary>What a person orders.</summary>
public enum CommandVerb
{
    /// <summary>Finish now: all traffic, then the hand-over.</summary>
    Promote,

    /// <summary>Leave this pause.</summary>
    Resume,

    /// <summary>Hold where it stands.</summary>
    Pause,

    /// <summary>Back to the stable revision.</summary>
    Abort,

    /// <summary>The failed candidate again, from the first step.</summary>
    Retry,

    /// <summary>To the previous or a named revision, also after promotion.</summary>
    Rollback,

    /// <summary>New pods of the same template, as a rollout.</summary>
    Restart,
}

/// <summary>A command as it stands in the annotation <c>canary.dev/command</c>.</summary>
public sealed record Command
{
    /// <summary>The annotation's whole value; tells this command from another one when it has no id.</summary>
    public required string Raw { get; init; }

    /// <summary>What is ordered; null when the text is not understood.</summary>
    public CommandVerb? Verb { get; init; }

    /// <summary>The sender's id; the same id runs once. Null for a bare verb.</summary>
    public string? Id { get; init; }

    /// <summary>The revision that the sender meant; null means whatever is current.</summary>
    public Revision? Revision { get; init; }

    /// <summary>Who sent it; null when unknown.</summary>
    public string? By { get; init; }

    /// <summary>Why, in the sender's words; null when not given.</summary>
    public string? Reason { get; init; }

    /// <summary>What is wrong with the text; null when it is understood.</summary>
    public string? Problem { get; init; }
}

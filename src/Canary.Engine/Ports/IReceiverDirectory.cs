using Canary.Core;

namespace Canary.Engine.Ports;

/// <summary>Knows the receivers of notifications and their secrets. Thread-safe.</summary>
public interface IReceiverDirectory
{
    /// <summary>Finds a receiver and reads the secrets that it refers to.</summary>
    /// <param name="key">The rollout that is told of: a receiver without scope is looked for in its namespace.</param>
    /// <param name="receiver"><c>name</c>, or <c>cluster/name</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The receiver, or why there is none; failures of the API are in the latter.</returns>
    Task<ReceiverLookup> FindAsync(RolloutKey key, string receiver, CancellationToken cancellation);
}

/// <summary>What came of looking for a receiver.</summary>
public abstract record ReceiverLookup
{
    private ReceiverLookup()
    {
    }

    /// <summary>It is there.</summary>
    /// <param name="Receiver">The receiver.</param>
    public sealed record Found(Receiver Receiver) : ReceiverLookup;

    /// <summary>It cannot be used now; it may be later.</summary>
    /// <param name="Why">In words, without secrets.</param>
    public sealed record Missing(string Why) : ReceiverLookup;
}

/// <summary>What a receiver is.</summary>
public enum ReceiverKind
{
    /// <summary>Slack, by a bot token or an incoming webhook.</summary>
    Slack,

    /// <summary>Microsoft Teams, by a workflow's webhook.</summary>
    Teams,

    /// <summary>Discord, by a webhook.</summary>
    Discord,

    /// <summary>Google Chat, by a space's webhook.</summary>
    GoogleChat,

    /// <summary>Mattermost, by an incoming webhook.</summary>
    Mattermost,

    /// <summary>Rocket.Chat, by an incoming webhook.</summary>
    RocketChat,

    /// <summary>PagerDuty, by the Events API v2.</summary>
    PagerDuty,

    /// <summary>Any endpoint, as CloudEvents signed by the Standard Webhooks scheme.</summary>
    Webhook,
}

/// <summary>A receiver with its secrets read. Not a record, so that nothing prints them.</summary>
public sealed class Receiver
{
    /// <summary>What it is.</summary>
    public required ReceiverKind Kind { get; init; }

    /// <summary>Where it is told; null where the kind has an address of its own.</summary>
    public Uri? Address { get; init; }

    /// <summary>Slack's bot token, PagerDuty's routing key, or the key that signs webhooks; null when there is none.</summary>
    public string? Key { get; init; }

    /// <summary>The channel where a rule names none; null where there is none.</summary>
    public string? Channel { get; init; }

    /// <summary>Whether messages carry buttons; for Slack with a bot token.</summary>
    public bool Buttons { get; init; }

    /// <summary>Links under a message, with placeholders in braces.</summary>
    public ValueList<LinkTemplate> Links { get; init; } = [];
}

/// <summary>A link under a message.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Address">Where it leads, with placeholders such as <c>{namespace}</c>, <c>{name}</c>, <c>{from}</c> and <c>{to}</c>.</param>
public sealed record LinkTemplate(string Title, string Address);

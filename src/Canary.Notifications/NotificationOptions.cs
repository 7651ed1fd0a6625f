using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Canary.Notifications;

/// <summary>How receivers outside the cluster are reached; section <c>Notifications</c>.</summary>
public sealed class NotificationOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Notifications";

    /// <summary>Hosts that receivers may have, such as <c>hooks.slack.com</c> or <c>*.example.com</c>. Empty allows every host with a public address. Default empty.</summary>
    [MaxLength(100)]
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>Hosts that may have private or loopback addresses, as in <see cref="AllowedHosts"/>. Everything else is refused there, so that nobody who may write a receiver can reach what only the cluster can. Default empty.</summary>
    [MaxLength(100)]
    public IList<string> PrivateHosts { get; init; } = [];

    /// <summary>What the cluster is called in messages, at most 63 characters; empty leaves it out. Default empty.</summary>
    [MaxLength(63)]
    public string ClusterName { get; init; } = "";
}

/// <summary>Refuses options out of their range when the process starts.</summary>
[OptionsValidator]
public sealed partial class NotificationOptionsValidator : IValidateOptions<NotificationOptions>;

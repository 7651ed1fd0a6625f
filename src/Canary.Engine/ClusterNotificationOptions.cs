using System.ComponentModel.DataAnnotations;
using Canary.Core;
using Canary.Core.Notifications;

namespace Canary.Engine;

/// <summary>One of the cluster's rules of who is notified of what; section <c>Engine:Notifications</c>.</summary>
public sealed class ClusterNotificationOptions
{
    /// <summary>The name of a ClusterNotificationReceiver. Required.</summary>
    [Required]
    [MaxLength(253)]
    public string Receiver { get; set; } = "";

    /// <summary>The namespaces whose Rollouts it is about; empty means all. Default empty.</summary>
    [MaxLength(1000)]
    public IList<string> Namespaces { get; set; } = [];

    /// <summary>The events; empty means those that a person wants to see on a telephone. Default empty.</summary>
    [MaxLength(20)]
    public IList<NotificationEvent> Events { get; set; } = [];

    /// <summary>The least severity. Default Info.</summary>
    public Severity AtLeast { get; set; }

    /// <summary>The channel; null takes the receiver's own. Default null.</summary>
    [MaxLength(80)]
    public string? Channel { get; set; }

    /// <summary>The rules for the Rollouts of a namespace.</summary>
    internal static ValueList<NotificationRule> For(string ns, IEnumerable<ClusterNotificationOptions> rules) =>
        rules.Where(rule => rule.Namespaces.Count == 0 || rule.Namespaces.Contains(ns)).Select(rule => rule.Rule()).ToValueList();

    private NotificationRule Rule() =>
        new(new NotificationTarget($"cluster/{Receiver}", Channel), Events.Count == 0 ? NotificationRule.UsualEvents : Events.ToValueList(), AtLeast);
}

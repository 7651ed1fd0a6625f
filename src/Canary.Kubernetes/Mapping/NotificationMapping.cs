using Canary.Core;
using Canary.Core.Notifications;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads who is notified of what: <c>spec.notifications</c> of a Rollout. Pure.</summary>
internal static class NotificationMapping
{
    private const string Example = "[{receiver: {name: oncall}}]";

    /// <summary>Reads the rules.</summary>
    /// <param name="spec">The spec.</param>
    /// <returns>The rules; only meaningful when there are no problems.</returns>
    public static ValueList<NotificationRule> Read(Section spec)
    {
        var rules = new List<NotificationRule>();
        foreach (var entry in spec.Sections("notifications", 0, 16, $"rules of who is notified of what: {Example}"))
        {
            var receiver = ReadReceiver(entry);
            var events = ReadEvents(entry);
            var atLeast = entry.Choice("atLeast", Severity.Info);
            var channel = entry.Text("channel", new TextRule("it is the channel there, at most 80 characters: channel: \"#checkout\"") { Most = 80 });
            var template = entry.Text("template", new TextRule("it is a text of at most 1024 characters, with placeholders such as {sentence}, {name} and {weight}") { Most = 1024 });
            entry.Close();
            if (receiver is null)
            {
                continue;
            }

            if (rules.Exists(rule => rule.Target.Receiver == receiver))
            {
                entry.Note("receiver", $"is \"{receiver}\", which has a rule before; put all its events into one rule");
            }

            rules.Add(new NotificationRule(new NotificationTarget(receiver, channel, template), events.Count == 0 ? NotificationRule.UsualEvents : events, atLeast));
        }

        return rules.ToValueList();
    }

    private static string? ReadReceiver(Section entry)
    {
        if (entry.Child("receiver", "name the NotificationReceiver: receiver: {name: oncall}") is not { } receiver)
        {
            return null;
        }

        var name = receiver.Text("name", new TextRule("it is the name of a NotificationReceiver: name: oncall") { Required = true });
        var clusterScope = receiver.Flag("clusterScope", false);
        receiver.Close();
        return name is null ? null : clusterScope ? $"cluster/{name}" : name;
    }

    private static ValueList<NotificationEvent> ReadEvents(Section entry)
    {
        var words = Enum.GetNames<NotificationEvent>();
        var events = new List<NotificationEvent>();
        foreach (var (path, item) in entry.Items("events", 0, words.Length, $"names of events: [{nameof(NotificationEvent.RolledBack)}, {nameof(NotificationEvent.Promoted)}]"))
        {
            if (entry.Check(path, item, new TextRule($"it is one of {string.Join(", ", words)}")) is not { } word)
            {
                continue;
            }

            if (!words.Contains(word, StringComparer.Ordinal))
            {
                entry.NoteAt(path, $"{Section.Found(item)}; {Spelling.Remedy(word, words)}");
                continue;
            }

            var kind = Enum.Parse<NotificationEvent>(word);
            if (events.Contains(kind))
            {
                entry.NoteAt(path, $"is \"{word}\", which is listed before; leave one out");
                continue;
            }

            events.Add(kind);
        }

        return events.ToValueList();
    }
}

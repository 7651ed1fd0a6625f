using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Validation;
using Canary.Engine.Ports;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads a NotificationReceiver or ClusterNotificationReceiver. Pure.</summary>
internal static class ReceiverMapping
{
    /// <summary>The Secret that is read where a reference names none: the one that the engine may read everywhere.</summary>
    public const string DefaultSecret = "canary-notifications";

    private static readonly (string Field, ReceiverKind Kind)[] Kinds =
    [
        ("slack", ReceiverKind.Slack),
        ("teams", ReceiverKind.Teams),
        ("discord", ReceiverKind.Discord),
        ("googleChat", ReceiverKind.GoogleChat),
        ("mattermost", ReceiverKind.Mattermost),
        ("rocketChat", ReceiverKind.RocketChat),
        ("pagerDuty", ReceiverKind.PagerDuty),
        ("webhook", ReceiverKind.Webhook),
    ];

    /// <summary>Reads the spec.</summary>
    /// <param name="receiver">The whole object.</param>
    /// <returns>The receiver without its secrets, or everything that is wrong with it.</returns>
    public static Mapped<ReceiverSpec> Read(JsonObject receiver)
    {
        var problems = new List<Problem>();
        var whole = new Section(receiver, "", problems);
        foreach (var known in new[] { "apiVersion", "kind", "metadata" })
        {
            whole.Node(known);
        }

        var spec = whole.Child("spec", "a receiver needs a spec with what it is: spec: {slack: {channel: \"#deploys\", token: {key: slack-token}}}");
        whole.Close();
        return spec is null ? Mapped<ReceiverSpec>.Of(() => null, problems) : ReadSpec(spec, problems);
    }

    private static Mapped<ReceiverSpec> ReadSpec(Section spec, List<Problem> problems)
    {
        ReceiverSpec? found = null;
        foreach (var (field, kind) in Kinds)
        {
            if (spec.Child(field) is not { } section)
            {
                continue;
            }

            if (found is not null)
            {
                spec.Note(field, "is a second kind; a receiver is of one kind: make another receiver");
            }

            found = ReadKind(section, kind);
            section.Close();
        }

        var links = ReadLinks(spec);
        spec.Close();
        if (found is null)
        {
            problems.Add(new Problem("spec", $"says not what the receiver is; write one of {string.Join(", ", Kinds.Select(kind => kind.Field))}"));
        }

        return Mapped<ReceiverSpec>.Of(() => found! with { Links = links }, problems); // no problems: a kind was found
    }

    private static ReceiverSpec ReadKind(Section section, ReceiverKind kind)
    {
        var spec = new ReceiverSpec(kind);
        switch (kind)
        {
            case ReceiverKind.Slack:
                spec = spec with
                {
                    Channel = Channel(section),
                    Key = Secret(section, "token"),
                    AddressSecret = Secret(section, "webhook"),
                    Address = Url(section, "url"),
                    Buttons = section.Flag("buttons", false),
                };
                if (spec is { Key: null, AddressSecret: null } or { Key: not null, AddressSecret: not null })
                {
                    section.NoteAt(section.Path, "needs either token, a bot's, or webhook, the URL of an incoming webhook: token: {key: slack-token}");
                }

                return spec;
            case ReceiverKind.PagerDuty:
                return spec with { Key = Secret(section, "routingKey", "the integration's key, in a Secret: routingKey: {key: pagerduty}"), Address = Url(section, "url") };
            case ReceiverKind.Webhook:
                spec = spec with { Address = Url(section, "url"), AddressSecret = Secret(section, "urlSecret"), Key = Secret(section, "signingKey") };
                if (spec is { Address: null, AddressSecret: null } && !section.Has("url"))
                {
                    section.NoteAt(section.Path, "needs url, or urlSecret where the address is a secret: url: https://hooks.example.com/canary");
                }

                return spec;
            case ReceiverKind.Mattermost or ReceiverKind.RocketChat:
                return spec with { AddressSecret = Webhook(section), Channel = Channel(section) };
            default:
                return spec with { AddressSecret = Webhook(section) };
        }
    }

    private static string? Channel(Section section) => section.Text("channel", new TextRule("it is the channel's name or id, at most 80 characters: channel: \"#deploys\"") { Most = 80 });

    private static SecretReference? Webhook(Section section) => Secret(section, "webhook", "the URL of the webhook, in a Secret: webhook: {key: webhook-url}");

    private static SecretReference? Secret(Section section, string name, string? missing = null)
    {
        if (section.Child(name, missing) is not { } reference)
        {
            return null;
        }

        var secret = reference.Text("name", new TextRule($"it is the name of a Secret, {DefaultSecret} when left out: name: {DefaultSecret}")) ?? DefaultSecret;
        var key = reference.Text("key", new TextRule("it is a key in the Secret's data: key: token") { Required = true });
        reference.Close();
        return key is null ? null : new SecretReference(secret, key);
    }

    private static Uri? Url(Section section, string name)
    {
        if (section.Text(name, new TextRule("it is an https URL: https://hooks.example.com/canary") { Most = 2048 }) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp))
        {
            return url;
        }

        section.Note(name, $"is \"{text}\"; it is an https URL: https://hooks.example.com/canary");
        return null;
    }

    private static ValueList<LinkTemplate> ReadLinks(Section spec)
    {
        var links = new List<LinkTemplate>();
        foreach (var entry in spec.Sections("links", 0, 8, "titles and addresses: [{title: Grafana, url: \"https://grafana.example.com/d/canary?var-name={name}&from={from}&to={to}\"}]"))
        {
            var title = entry.Text("title", new TextRule("it is what the link is called: title: Grafana") { Required = true, Most = 40 });
            var url = entry.Text("url", new TextRule("it is an address with placeholders such as {namespace}, {name}, {from} and {to}: url: https://grafana.example.com/d/canary") { Required = true, Most = 1024 });
            entry.Close();
            if (url is not null && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            {
                entry.Note("url", $"is \"{url}\"; a link begins with https://");
            }
            else if (title is not null && url is not null)
            {
                links.Add(new LinkTemplate(title, url));
            }
        }

        return links.ToValueList();
    }
}

/// <summary>A receiver as it is described, without its secrets.</summary>
/// <param name="Kind">What it is.</param>
internal sealed record ReceiverSpec(ReceiverKind Kind)
{
    /// <summary>Where it is told; null when a secret says so, or the kind has an address of its own.</summary>
    public Uri? Address { get; init; }

    /// <summary>The secret that holds the address; null when there is none.</summary>
    public SecretReference? AddressSecret { get; init; }

    /// <summary>The secret that holds the token or key; null when there is none.</summary>
    public SecretReference? Key { get; init; }

    /// <summary>The channel where a rule names none; null where there is none.</summary>
    public string? Channel { get; init; }

    /// <summary>Whether messages carry buttons.</summary>
    public bool Buttons { get; init; }

    /// <summary>Links under a message.</summary>
    public ValueList<LinkTemplate> Links { get; init; } = [];
}

/// <summary>One value of a Secret.</summary>
/// <param name="Name">The Secret's name.</param>
/// <param name="Key">The key in its data.</param>
internal sealed record SecretReference(string Name, string Key);

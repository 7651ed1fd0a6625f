using Canary.Core;
using Canary.Core.Notifications;

namespace Canary.Notifications.Content;

/// <summary>What a message says, before a service's own format. Plain text throughout; each format escapes it. Immutable.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Sentence">The sentence that stands alone.</param>
/// <param name="Facts">Names and values, in the order in which they are shown.</param>
/// <param name="Metrics">The metrics as a table of fixed width; empty when there are none.</param>
/// <param name="Links">Where to look further.</param>
/// <param name="Commands">What a person may type next; empty when nothing is called for.</param>
internal sealed record Message(
    Severity Severity, string Sentence, ValueList<Fact> Facts, string Metrics, ValueList<Link> Links, ValueList<string> Commands)
{
    /// <summary>A colour for it, as red, green and blue in hexadecimal.</summary>
    public string Colour => Severity switch
    {
        Severity.Critical => "C62828",
        Severity.Warning => "F9A825",
        _ => "2E7D32",
    };
}

/// <summary>A name and its value.</summary>
internal sealed record Fact(string Name, string Value);

/// <summary>A title and where it leads.</summary>
internal sealed record Link(string Title, string Address);

namespace Canary.Notifications.Slack;

/// <summary>Writes text so that Slack shows it as it is and calls nobody. Pure.</summary>
/// <remarks>Source: Slack, "Formatting text for app surfaces": only &amp;, &lt; and &gt; are escaped; mentions live in angle brackets.</remarks>
internal static class SlackText
{
    /// <summary>Escapes a text for a field of type mrkdwn, or for the text of a message.</summary>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>A text within a limit of Slack.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 1), "…");
}

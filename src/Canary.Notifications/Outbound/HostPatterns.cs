namespace Canary.Notifications.Outbound;

/// <summary>Host names, each exact or <c>*.</c> with a domain below which any name counts. Immutable.</summary>
internal sealed class HostPatterns(IEnumerable<string> patterns)
{
    private readonly List<string> _patterns = [.. patterns.Select(pattern => pattern.Trim()).Where(pattern => pattern.Length > 0)];

    public bool IsEmpty => _patterns.Count == 0;

    public bool Match(string host) => _patterns.Any(pattern => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? host.Length > pattern.Length - 1 && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
        : string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase));
}

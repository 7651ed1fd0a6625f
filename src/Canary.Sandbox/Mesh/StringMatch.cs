using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Mesh;

/// <summary>Istio's StringMatch: one of exact, prefix and regex, or nothing but presence. Immutable.</summary>
internal sealed class StringMatch
{
    private readonly string? _exact;
    private readonly string? _prefix;
    private readonly Regex? _regex;
    private readonly StringComparison _comparison;

    public StringMatch(JsonNode? match, bool ignoreCase = false)
    {
        _exact = match.Text("exact");
        _prefix = match.Text("prefix");
        _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (match.Text("regex") is { } pattern)
        {
            // RE2 knows no backtracking either, and Istio matches the whole value
            _regex = new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
    }

    /// <summary>The prefix it matches, or null; a rewrite replaces just that.</summary>
    public string? Prefix => _prefix;

    /// <summary>True for <c>prefix: /</c>, which every path has.</summary>
    public bool IsEverything => _prefix is "/" or "";

    /// <summary>Whether a value satisfies it; null, an absent value, never does.</summary>
    public bool Matches(string? value)
    {
        if (value is null)
        {
            return false;
        }

        if (_exact is not null)
        {
            return value.Equals(_exact, _comparison);
        }

        return _prefix is not null ? value.StartsWith(_prefix, _comparison) : _regex?.IsMatch(value) ?? true;
    }
}

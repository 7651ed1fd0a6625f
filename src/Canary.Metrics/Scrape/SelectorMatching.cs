using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Metrics.Scrape;

/// <summary>Evaluates selectors as Prometheus does: all matchers must hold, and an absent label is the empty string. Immutable.</summary>
internal sealed class SelectorMatching
{
    private readonly byte[] _metric;
    private readonly Matcher[] _matchers;

    private SelectorMatching(string metric, Matcher[] matchers)
    {
        _metric = Encoding.UTF8.GetBytes(metric);
        _matchers = matchers;
    }

    public ReadOnlySpan<byte> Metric => _metric;

    /// <summary>Compiles a selector, its expressions included, once.</summary>
    /// <returns>The selector; null when an expression is wrong, with the words in <paramref name="problem"/>.</returns>
    public static SelectorMatching? TryCompile(SeriesSelector selector, string suffix, out string? problem)
    {
        problem = null;
        var matchers = new List<Matcher>(selector.Matchers.Count);
        foreach (var matcher in selector.Matchers)
        {
            Regex? regex = null;
            if (matcher.Operator is MatchOperator.Matches or MatchOperator.NotMatches && !LabelPattern.TryCompile(matcher.Value, out regex, out var wrong))
            {
                problem = $"the value of label {matcher.Label}, \"{matcher.Value}\", {wrong}";
                return null;
            }

            matchers.Add(new Matcher(
                Encoding.UTF8.GetBytes(matcher.Label),
                matcher.Operator is MatchOperator.Equal or MatchOperator.Matches,
                Encoding.UTF8.GetBytes(matcher.Value),
                regex));
        }

        return new SelectorMatching(selector.Metric + suffix, [.. matchers]);
    }

    /// <summary>Compiles several selectors.</summary>
    public static SelectorMatching[] CompileAll(ValueList<SeriesSelector> selectors, out string? problem)
    {
        var compiled = new SelectorMatching[selectors.Count];
        problem = null;
        for (var i = 0; i < selectors.Count; i++)
        {
            if (TryCompile(selectors[i], "", out problem) is not { } selector)
            {
                return [];
            }

            compiled[i] = selector;
        }

        return compiled;
    }

    /// <summary>Whether the series has the selector's name and all matchers hold.</summary>
    public bool Matches(in Sample sample) => sample.Name.SequenceEqual(_metric) && MatchesLabels(sample);

    /// <summary>Whether all matchers hold, whatever the series is called.</summary>
    public bool MatchesLabels(in Sample sample)
    {
        foreach (var matcher in _matchers)
        {
            if (!matcher.Holds(sample.Label(matcher.Label)))
            {
                return false;
            }
        }

        return true;
    }

    private readonly record struct Matcher(byte[] Label, bool Wanted, byte[] Value, Regex? Regex)
    {
        public bool Holds(ReadOnlySpan<byte> value) => Wanted == (Regex is null ? value.SequenceEqual(Value) : IsMatch(Regex, value));

        private static bool IsMatch(Regex regex, ReadOnlySpan<byte> value)
        {
            char[]? rented = null;
            var characters = value.Length <= 256 ? stackalloc char[256] : rented = ArrayPool<char>.Shared.Rent(value.Length);
            try
            {
                return regex.IsMatch(characters[..Encoding.UTF8.GetChars(value, characters)]);
            }
            finally
            {
                if (rented is not null)
                {
                    ArrayPool<char>.Shared.Return(rented);
                }
            }
        }
    }
}

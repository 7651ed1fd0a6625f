using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Canary.Core.Analysis;

/// <summary>Regular expressions of label matchers: fully anchored, linear in time, as in Prometheus.</summary>
public static class LabelPattern
{
    /// <summary>Compiles an expression so that it must match the whole value.</summary>
    /// <param name="pattern">The expression as a person wrote it, without anchors.</param>
    /// <param name="regex">The expression; null when it is none. Thread-safe. It needs no time limit, for it never backtracks.</param>
    /// <param name="problem">What is wrong and what to write instead; null when nothing is.</param>
    /// <returns>Whether the expression was understood.</returns>
    /// <remarks>
    /// Prometheus uses RE2. What RE2 refuses (look-around, back-references) is refused here too; what it has and .NET lacks (<c>[[:alpha:]]</c>) is named.
    /// The dot matches a line feed, as in Prometheus.
    /// </remarks>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(pattern);

        regex = null;
        problem = null;
        if (pattern.Contains("[[:", StringComparison.Ordinal))
        {
            // .NET would read this as a set of the characters "[", ":", "a", ... and quietly match something else.
            problem = "classes such as [[:digit:]] are not understood; write [0-9]";
            return false;
        }

        try
        {
            // Alone first: "a)|(b" is no expression, but would become one between the anchors.
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
            regex = new Regex(@"\A(?s:" + pattern + @")\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (RegexParseException wrong)
        {
            problem = $"is no regular expression ({Words(wrong.Error)} near character {Math.Min(wrong.Offset, pattern.Length) + 1} of it)";
        }
        catch (NotSupportedException)
        {
            problem = "is too large, or uses look-around or back-references, which Prometheus does not know either; write it without";
        }

        return false;
    }

    private static string Words(RegexParseError error) => error switch
    {
        RegexParseError.InsufficientClosingParentheses => "a parenthesis is not closed",
        RegexParseError.InsufficientOpeningParentheses => "a parenthesis was not opened",
        RegexParseError.UnterminatedBracket => "a bracket is not closed",
        RegexParseError.QuantifierAfterNothing => "a quantifier follows nothing; for \"anything\" write .*",
        RegexParseError.NestedQuantifiersNotParenthesized => "two quantifiers follow each other",
        RegexParseError.UnescapedEndingBackslash => "it ends in a lone backslash",
        RegexParseError.UnrecognizedEscape => "an escape is unknown",
        RegexParseError.ReversedCharacterRange => "a range runs backwards",
        RegexParseError.ReversedQuantifierRange => "a quantifier's range runs backwards",
        _ => error.ToString(),
    };
}

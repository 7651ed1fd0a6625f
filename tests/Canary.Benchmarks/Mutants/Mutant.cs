using System.Globalization;
using Microsoft.CodeAnalysis.Text;

namespace Canary.Benchmarks.Mutants;

/// <summary>One small change of the code.</summary>
/// <param name="File">The source file, from the repository's root.</param>
/// <param name="Line">The line of the change, from 1.</param>
/// <param name="Body">Where the body of the member stands that contains the change.</param>
/// <param name="Span">What is replaced.</param>
/// <param name="Original">The text that is replaced.</param>
/// <param name="Replacement">The text that stands there instead.</param>
internal sealed record Mutant(string File, int Line, TextSpan Body, TextSpan Span, string Original, string Replacement)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{File}:{Line}: {OneLine(Original)} -> {(Replacement.Length == 0 ? "(nothing)" : OneLine(Replacement))}");

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

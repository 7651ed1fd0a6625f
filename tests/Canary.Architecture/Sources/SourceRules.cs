using System.Text.RegularExpressions;

namespace Canary.Architecture.Sources;

/// <summary>Rules over the text of source files. Each lists the files, with the place, that break it.</summary>
internal static partial class SourceRules
{
    public const int MostLines = 400;

    public static IReadOnlyList<string> TooLong(IEnumerable<SourceFile> files) =>
        [.. files.Select(file => (file.Path, Lines: file.Text.AsSpan().TrimEnd().Count('\n') + 1)).Where(file => file.Lines > MostLines)
            .Select(file => $"{file.Path}: {file.Lines} lines, at most {MostLines}")];

    public static IReadOnlyList<string> SystemClock(IEnumerable<SourceFile> files) =>
        [.. files.Where(file => Path.GetFileName(file.Path) != "Program.cs").SelectMany(file => Places(file, SystemClockPattern()))];

    /// <summary>Silenced warnings, work that was put off, and tests that do not run.</summary>
    public static IReadOnlyList<string> Evasions(IEnumerable<SourceFile> files) =>
        [.. files.SelectMany(file => Places(file, EvasionPattern()))];

    private static IEnumerable<string> Places(SourceFile file, Regex pattern)
    {
        var lines = file.Text.Split('\n');
        return lines.Index().Where(line => pattern.IsMatch(line.Item)).Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}");
    }

    // A comment may name the clock; code may not.
    [GeneratedRegex(@"^(?!\s*//).*\bTimeProvider\s*\.\s*System\b")]
    private static partial Regex SystemClockPattern();

    [GeneratedRegex(@"#pragma\s+warning\s+disable|\bTODO\b|\bFIXME\b|\bNotImplementedException\b|\bSuppressMessage\b|\(\s*Skip\s*=|,\s*Skip\s*=")]
    private static partial Regex EvasionPattern();
}

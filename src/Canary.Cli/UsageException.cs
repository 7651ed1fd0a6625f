using Canary.Core.Validation;

namespace Canary.Cli;

/// <summary>The call, or a file that it names, is wrong: every line says what and what to write instead.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(params IReadOnlyList<string> lines)
        : base(string.Join(Environment.NewLine, lines)) => Lines = lines;

    public UsageException(string file, IEnumerable<Problem> problems)
        : this([.. problems.Select(problem => $"{file}: {problem}")])
    {
    }

    /// <summary>What is told, a line each.</summary>
    public IReadOnlyList<string> Lines { get; }
}

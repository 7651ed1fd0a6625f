namespace Canary.Kubernetes.Mapping;

/// <summary>Finds what was probably meant. Pure.</summary>
internal static class Spelling
{
    /// <summary>The candidate that a person most likely meant.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="candidates">What would have been right, any order.</param>
    /// <returns>The nearest; null when none is near: at most a third of the letters may differ, capitals aside.</returns>
    public static string? Nearest(string written, IEnumerable<string> candidates)
    {
        var best = candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(written.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Candidate is not null && best.Distance <= Math.Max(1, Math.Max(written.Length, best.Candidate.Length) / 3) ? best.Candidate : null;
    }

    /// <summary>A remedy: the nearest candidate, or all of them.</summary>
    public static string Remedy(string written, IReadOnlyCollection<string> candidates) =>
        Nearest(written, candidates) is { } nearest ? $"did you mean {nearest}?"
        : candidates.Count == 0 ? "nothing can stand here"
        : candidates.Count == 1 ? $"only {candidates.First()} can stand here"
        : $"write one of {string.Join(", ", candidates)}";

    /// <summary>Insertions, deletions, replacements and swaps of neighbours between two words.</summary>
    internal static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var last = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, last, current) = (last, current, before);
        }

        return last[right.Length];
    }
}

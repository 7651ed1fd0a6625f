using System.Text.Json;

namespace Canary.Benchmarks.Mutants;

/// <summary>What became of the mutants of one project, by file.</summary>
/// <param name="Files">One entry a file that had mutants.</param>
internal sealed record MutationReport(IReadOnlyList<MutatedFile> Files)
{
    /// <summary>All files together.</summary>
    public MutatedFile Total => new(
        "all", Files.Sum(file => file.Killed), Files.Sum(file => file.TimedOut), Files.Sum(file => file.Survived), Files.Sum(file => file.Uncovered));

    /// <summary>Reads a report in the JSON format that mutation testing tools share (mutation-testing-elements).</summary>
    /// <param name="json">The report.</param>
    /// <param name="root">The folder that paths are shown from.</param>
    public static MutationReport Read(string json, string root)
    {
        using var document = JsonDocument.Parse(json);
        var files = new List<MutatedFile>();
        foreach (var file in document.RootElement.GetProperty("files").EnumerateObject())
        {
            var ends = file.Value.GetProperty("mutants").EnumerateArray().Select(mutant => mutant.GetProperty("status").GetString()).ToLookup(status => status);
            var mutated = new MutatedFile(
                Path.GetRelativePath(root, file.Name), ends["Killed"].Count(), ends["Timeout"].Count(), ends["Survived"].Count(), ends["NoCoverage"].Count());
            if (mutated.All > 0)
            {
                files.Add(mutated);
            }
        }

        return new MutationReport(files);
    }
}

/// <summary>What became of the mutants of one file. Mutants that do not compile, or that another mutant contains, do not count.</summary>
/// <param name="Path">The file.</param>
/// <param name="Killed">Mutants that a test noticed.</param>
/// <param name="TimedOut">Mutants with which the tests did not end in time: noticed, too, if the machine was quiet.</param>
/// <param name="Survived">Mutants that every test passed.</param>
/// <param name="Uncovered">Mutants that no test runs.</param>
internal sealed record MutatedFile(string Path, int Killed, int TimedOut, int Survived, int Uncovered)
{
    /// <summary>Mutants in all.</summary>
    public int All => Killed + TimedOut + Survived + Uncovered;

    /// <summary>Mutants that were noticed.</summary>
    public int Noticed => Killed + TimedOut;
}

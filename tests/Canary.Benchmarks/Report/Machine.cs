using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Canary.Benchmarks.Report;

/// <summary>What a table was measured on, and of which commit.</summary>
internal static class Machine
{
    /// <summary>The folder of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    public static string Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor()}{Environment.ProcessorCount} cores, {memory:0} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
    }

    /// <summary>The commit that was measured, and whether the source differs from it; the results themselves do not count. Read when the program starts.</summary>
    public static string Commit { get; } = ReadCommit();

    private static string ReadCommit()
    {
        var commit = Git("rev-parse --short=10 HEAD");
        return Git("status --porcelain -- src tests deploy analysis-templates").Length == 0 ? commit : $"{commit} with changes";
    }

    private static string Processor()
    {
        const string cpuInfo = "/proc/cpuinfo";
        var line = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? "" : $"{line[(line.IndexOf(':') + 1)..].Trim()}, ";
    }

    private static string Git(string arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Repository, RedirectStandardOutput = true })!; // a new process, never null without the shell
        var output = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return output;
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Canary.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Canary.sln is not above the benchmarks' own folder");
    }
}

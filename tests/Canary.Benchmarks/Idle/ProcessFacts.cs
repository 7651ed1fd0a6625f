using System.Globalization;

namespace Canary.Benchmarks.Idle;

/// <summary>What Linux says of a process.</summary>
/// <param name="Own">Bytes that no file backs, RssAnon and RssShmem: what the process alone costs.</param>
/// <param name="Resident">Bytes in memory, files included: VmRSS.</param>
/// <param name="Peak">The most that was ever resident: VmHWM.</param>
/// <param name="Processor">Time of all cores so far.</param>
internal sealed record ProcessFacts(long Own, long Resident, long Peak, TimeSpan Processor)
{
    /// <summary>Linux counts processor time in hundredths of a second for everybody (USER_HZ).</summary>
    private const double TicksPerSecond = 100;

    public static ProcessFacts Read(int process)
    {
        var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split(':', 2)).ToDictionary(field => field[0], field => field[1]);
        long Kilobytes(string field) => long.Parse(status[field].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;

        // the second field is the command in parentheses and may hold spaces; utime and stime are fields 14 and 15
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return new ProcessFacts(Kilobytes("RssAnon") + Kilobytes("RssShmem"), Kilobytes("VmRSS"), Kilobytes("VmHWM"), TimeSpan.FromSeconds(ticks / TicksPerSecond));
    }
}

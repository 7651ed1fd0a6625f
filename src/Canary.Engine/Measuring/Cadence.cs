using Canary.Core;

namespace Canary.Engine.Measuring;

/// <summary>When the rounds of a rollout are due: on a grid of its interval that starts at an offset of its own, the same in every process.</summary>
internal static class Cadence
{
    /// <summary>Finds the next time on the grid.</summary>
    /// <param name="key">The rollout; its name gives the offset.</param>
    /// <param name="now">The time, in UTC.</param>
    /// <param name="interval">The time between two rounds; greater than 0.</param>
    /// <returns>A time after <paramref name="now"/>, at most <paramref name="interval"/> away. Rounds that were missed are not made up for: counters are cumulative.</returns>
    public static DateTimeOffset After(RolloutKey key, DateTimeOffset now, TimeSpan interval)
    {
        var offset = (long)(Hash(key) % (ulong)interval.Ticks);
        var since = (now.UtcTicks - offset) % interval.Ticks;
        return now.AddTicks(interval.Ticks - (since < 0 ? since + interval.Ticks : since));
    }

    // FNV-1a (Fowler, Noll, Vo): .NET's own string hash differs between processes.
    private static ulong Hash(RolloutKey key)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var letter in key.ToString())
        {
            hash = unchecked((hash ^ letter) * 1_099_511_628_211UL);
        }

        // The low bits of FNV change little with the last letter; the high ones more.
        return hash ^ (hash >> 32);
    }
}

using System.Text;

namespace Canary.Sandbox.Nodes;

/// <summary>
/// Random numbers by index instead of by state: the n-th draw depends on the seed and n alone, so concurrent callers need no lock
/// and a run can be repeated. SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Thread-safe.
/// </summary>
internal sealed class CounterRandom(ulong seed)
{
    private long _next;

    /// <summary>A seed that depends on a number and a name, the same in every process.</summary>
    public static ulong SeedOf(ulong seed, string name)
    {
        var hash = 14695981039346656037UL ^ Mix(seed);
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ octet) * 1099511628211UL;
        }

        return Mix(hash);
    }

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble()
    {
        var index = (ulong)Interlocked.Increment(ref _next);
        return (Mix(seed + (index * 0x9E3779B97F4A7C15UL)) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}

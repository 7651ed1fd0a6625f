namespace Canary.Testing;

/// <summary>Chance with a seed that gives the same numbers everywhere, and good ones: those of a seeded <see cref="Random"/> are linear in earlier ones, which shows when a few rare events of many are counted.</summary>
/// <remarks>Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. One caller at a time.</remarks>
public sealed class SplitMixRandom(int seed) : Random(seed)
{
    private ulong _state = (ulong)seed * 0xD1B54A32D192ED03;

    public override double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public override int Next(int maxValue) => maxValue > 0 ? (int)(NextDouble() * maxValue) : 0;

    protected override double Sample() => NextDouble();

    private ulong NextBits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

using System.Numerics;

namespace Canary.Benchmarks.Evaluation.Sampling;

/// <summary>A stream of random numbers that depends on its seed alone, whatever thread draws from it and in which order streams are used.</summary>
/// <remarks>Source: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021): xoshiro256**, seeded by SplitMix64. One caller at a time.</remarks>
internal sealed class Chance
{
    private const ulong HashOffset = 14695981039346656037;
    private const ulong HashPrime = 1099511628211;
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>The stream of a seed.</summary>
    public Chance(ulong seed)
    {
        _a = Mixed(ref seed);
        _b = Mixed(ref seed);
        _c = Mixed(ref seed);
        _d = Mixed(ref seed);
    }

    /// <summary>The stream of one replicate of one scenario.</summary>
    /// <param name="seed">The seed of the whole evaluation.</param>
    /// <param name="name">The scenario, and what the stream is for.</param>
    /// <param name="replicate">Which replicate, from 0.</param>
    public static Chance Of(ulong seed, string name, int replicate)
    {
        var hash = HashOffset; // FNV-1a: the same on every machine, unlike string.GetHashCode
        foreach (var letter in name)
        {
            hash = (hash ^ letter) * HashPrime;
        }

        hash ^= Mixed(ref seed);
        var mixed = hash + (ulong)replicate;
        return new(Mixed(ref mixed));
    }

    /// <summary>A number in [0, 1), 53 bits.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in (0, 1], which has a logarithm.</summary>
    public double Positive() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>True with a probability.</summary>
    public bool Happens(double probability) => Unit() < probability;

    /// <summary>A whole number in [0, <paramref name="count"/>), without bias worth naming (below 2^-32 of it).</summary>
    public int Below(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);

    /// <summary>A standard normal number.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(Positive())) * Math.Cos(2 * Math.PI * Unit());

    /// <summary>A stream of its own, so that what is drawn from it moves nothing here.</summary>
    public Chance Fork() => new(Next());

    private ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong Mixed(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}

using System.Numerics;

namespace Canary.Statistics;

/// <summary>Normal noise that is a function of the data, so that the same series always get the same verdict. Kayenta draws anew each time.</summary>
/// <remarks>G. L. Steele et al., "Fast splittable pseudorandom number generators" (OOPSLA 2014) for the stream, G. E. P. Box and M. E. Muller (1958) for its normal form.</remarks>
internal sealed class KayentaNoise
{
    private ulong _state;

    public KayentaNoise(params ReadOnlySpan<double[]> series)
    {
        foreach (var values in series)
        {
            Stir((ulong)values.Length);
            foreach (var value in values)
            {
                Stir(BitConverter.DoubleToUInt64Bits(value));
            }
        }
    }

    /// <summary>The values, each with noise of that share of its size.</summary>
    public double[] AddTo(double[] values, double share) => [.. values.Select(value => value + value * share * Next())];

    private double Next() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    private double Uniform()
    {
        _state += 0x9E3779B97F4A7C15;
        return (Mixed(_state) >> 11) * (1.0 / (1ul << 53));
    }

    private void Stir(ulong bits) => _state = Mixed(BitOperations.RotateLeft(_state, 23) ^ bits);

    private static ulong Mixed(ulong value)
    {
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
        value = (value ^ value >> 27) * 0x94D049BB133111EB;
        return value ^ value >> 31;
    }
}

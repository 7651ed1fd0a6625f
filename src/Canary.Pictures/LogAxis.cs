namespace Canary.Pictures;

/// <summary>Positions on a logarithmic axis. Immutable.</summary>
/// <param name="Lowest">Smallest value shown, greater than 0.</param>
/// <param name="Highest">Largest value shown, greater than <paramref name="Lowest"/>.</param>
/// <param name="From">Pixel of the smallest value.</param>
/// <param name="To">Pixel of the largest value.</param>
internal sealed record LogAxis(double Lowest, double Highest, double From, double To)
{
    private static readonly double[][] Mantissas =
    [
        [1],
        [1, 2, 5],
        [1, 1.5, 2, 3, 5, 7],
        [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
        [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5],
    ];

    /// <summary>Where a value is; values outside are at the nearest end.</summary>
    public double At(double value) => From + (To - From) * Math.Clamp((Math.Log(value) - Math.Log(Lowest)) / (Math.Log(Highest) - Math.Log(Lowest)), 0, 1);

    /// <summary>The finest round values of which there are no more than asked for.</summary>
    public IReadOnlyList<Tick> Ticks(int most, Func<double, string> label)
    {
        IReadOnlyList<double> values = [];
        foreach (var mantissas in Mantissas)
        {
            var finer = Values(mantissas);
            if (finer.Count > most)
            {
                break;
            }

            values = finer;
        }

        // too many decades for even one tick each: every second, third, ... of them
        for (var stride = 2; values.Count == 0 && stride < 400; stride++)
        {
            var coarser = Values([1]).Where(value => (int)Math.Round(Math.Log10(value)) % stride == 0).ToList();
            values = coarser.Count <= most ? coarser : values;
        }

        return [.. values.Select(value => new Tick(value, At(value), label(value)))];
    }

    private List<double> Values(double[] mantissas)
    {
        var values = new List<double>();
        for (var decade = (int)Math.Floor(Math.Log10(Lowest)); decade <= (int)Math.Ceiling(Math.Log10(Highest)); decade++)
        {
            values.AddRange(mantissas.Select(mantissa => mantissa * Math.Pow(10, decade)).Where(value => value >= Lowest * (1 - 1e-9) && value <= Highest * (1 + 1e-9)));
        }

        return values;
    }
}

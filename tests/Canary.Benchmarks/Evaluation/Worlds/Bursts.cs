using Canary.Benchmarks.Evaluation.Sampling;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Short times in which something is many times more frequent, at random moments.</summary>
internal sealed class Bursts
{
    private readonly double _factor;
    private readonly double _seconds;
    private readonly double[] _starts;

    /// <param name="chance">Where the moments come from.</param>
    /// <param name="count">How many.</param>
    /// <param name="seconds">How long each lasts.</param>
    /// <param name="factor">How many times more frequent.</param>
    /// <param name="within">The time in which they begin, seconds.</param>
    public Bursts(Chance chance, int count, double seconds, double factor, double within)
    {
        (_factor, _seconds) = (factor, seconds);
        _starts = [.. Enumerable.Range(0, count).Select(_ => chance.Unit() * (within - seconds))];
    }

    /// <summary>The mean factor over a window; bursts that overlap count as one.</summary>
    /// <param name="from">Begin of the window, seconds.</param>
    /// <param name="to">End of the window, seconds.</param>
    public double Factor(double from, double to)
    {
        var (covered, reached) = (0.0, from);
        foreach (var start in _starts.Order())
        {
            var (begin, end) = (Math.Max(start, reached), Math.Min(start + _seconds, to));
            if (end > begin)
            {
                covered += end - begin;
                reached = end;
            }
        }

        return 1 + (_factor - 1) * covered / (to - from);
    }
}

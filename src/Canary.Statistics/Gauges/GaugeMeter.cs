namespace Canary.Statistics;

/// <summary>Learns how far equal pods differ in a gauge, reading by reading and in bounded size: what <see cref="GaugeHistory.LearnOrDefault"/> learns from a list.</summary>
/// <remarks>Pure; thread-safe. Checked against the list in GaugeMeterTests.</remarks>
public static class GaugeMeter
{
    /// <summary>The state before the first reading.</summary>
    public static GaugeMeterState Start() => new() { Readings = 0, Sum = 0, Squares = 0, Pairs = 0, Products = 0, PairSquares = 0, FormerSquares = 0, HasPrevious = false, Previous = 0 };

    /// <summary>Takes one reading of two groups of equal pods into account.</summary>
    /// <param name="state">What was learned so far.</param>
    /// <param name="first">The mean of one group; a reading that is not finite and greater than 0 ends a run of neighbours.</param>
    /// <param name="second">The mean of the other.</param>
    /// <returns>The next state.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    public static GaugeMeterState Advance(GaugeMeterState state, double first, double second)
    {
        ArgumentNullException.ThrowIfNull(state);
        var now = Math.Log(first) - Math.Log(second);
        if (!double.IsFinite(now))
        {
            return state with { HasPrevious = false, Previous = 0 };
        }

        var read = state with { Readings = state.Readings + 1, Sum = state.Sum + now, Squares = state.Squares + now * now, HasPrevious = true, Previous = now };
        return state.HasPrevious
            ? read with
            {
                Pairs = state.Pairs + 1,
                Products = state.Products + now * state.Previous,
                PairSquares = state.PairSquares + now * now,
                FormerSquares = state.FormerSquares + state.Previous * state.Previous,
            }
            : read;
    }

    /// <summary>Adds what was learned at another time.</summary>
    /// <param name="one">One state.</param>
    /// <param name="other">Another.</param>
    /// <returns>Both; there are no neighbours across them.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static GaugeMeterState Plus(GaugeMeterState one, GaugeMeterState other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return other with
        {
            Readings = one.Readings + other.Readings,
            Sum = one.Sum + other.Sum,
            Squares = one.Squares + other.Squares,
            Pairs = one.Pairs + other.Pairs,
            Products = one.Products + other.Products,
            PairSquares = one.PairSquares + other.PairSquares,
            FormerSquares = one.FormerSquares + other.FormerSquares,
        };
    }

    /// <summary>Halves the weight of everything, so that what comes counts more.</summary>
    /// <param name="state">What was learned so far.</param>
    /// <returns>As if half as much had been seen.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    public static GaugeMeterState Faded(GaugeMeterState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state with
        {
            Readings = Math.Floor(state.Readings / 2),
            Sum = state.Sum / 2,
            Squares = state.Squares / 2,
            Pairs = Math.Floor(state.Pairs / 2),
            Products = state.Products / 2,
            PairSquares = state.PairSquares / 2,
            FormerSquares = state.FormerSquares / 2,
        };
    }

    /// <summary>What was learned.</summary>
    /// <param name="state">What was seen so far.</param>
    /// <param name="leastSamples">Fewer readings than this are no history; at least 30.</param>
    /// <returns>The history; null when there is too little.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="leastSamples"/> is below 30.</exception>
    public static GaugeHistory? LearnOrDefault(GaugeMeterState state, int leastSamples = GaugeHistory.DefaultLeastSamples)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentOutOfRangeException.ThrowIfLessThan(leastSamples, 30);
        if (state.Readings < leastSamples || state.Pairs == 0)
        {
            return null;
        }

        // of neighbours about the mean of all; a run's first and last reading, of which there are few, are left as they are
        var mean = state.Sum / state.Readings;
        var spread = state.Squares - state.Readings * mean * mean;
        var products = state.Products - state.Pairs * mean * mean;
        var correlation = GaugeHistory.Raised(spread <= 0 ? 0 : Math.Clamp(products / spread, -1, 1), (int)Math.Min(int.MaxValue, state.Readings));
        var surprises = state.PairSquares - 2 * correlation * state.Products + correlation * correlation * state.FormerSquares;
        return GaugeHistory.Of(correlation, GaugeHistory.Widened(Math.Max(0, surprises) / state.Pairs), (int)Math.Min(int.MaxValue, state.Readings));
    }
}

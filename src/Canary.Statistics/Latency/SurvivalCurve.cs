namespace Canary.Statistics;

/// <summary>Share of requests slower than x, between and beyond the bounds of a histogram: a straight line in (ln x, ln(-ln S)) between bounds, so a Weibull piece in each bucket.</summary>
internal sealed class SurvivalCurve
{
    // Beyond the last bound the line goes on at least this steep; a nearly level line there would promise requests that take forever.
    private const double SmallestTailShape = 0.3;

    private readonly double[] _logBounds;
    private readonly double[] _heights;
    private readonly double[] _slopes;

    /// <param name="bounds">Bounds, positive and increasing.</param>
    /// <param name="shares">Share of requests per bucket, one more than bounds, all greater than 0, together 1.</param>
    public SurvivalCurve(NumberList bounds, ReadOnlySpan<double> shares)
    {
        _logBounds = new double[bounds.Count];
        for (var i = 0; i < _logBounds.Length; i++)
        {
            _logBounds[i] = Math.Log(bounds[i]);
        }

        _heights = new double[bounds.Count];

        // summed from the slow end: 1 - F would lose the far tail
        var slower = 0.0;
        for (var i = bounds.Count - 1; i >= 0; i--)
        {
            slower += shares[i + 1];
            _heights[i] = Math.Log(-Math.Log(slower));
        }

        _slopes = new double[bounds.Count];
        for (var i = 0; i + 1 < bounds.Count; i++)
        {
            _slopes[i] = (_heights[i + 1] - _heights[i]) / (_logBounds[i + 1] - _logBounds[i]);
        }

        // the last piece continues the one before; a single bound says nothing of the shape, and an exponential law is assumed
        _slopes[^1] = bounds.Count > 1 ? Math.Max(_slopes[^2], SmallestTailShape) : 1.0;
    }

    /// <summary>Natural logarithms of the bounds.</summary>
    public ReadOnlySpan<double> LogBounds => _logBounds;

    /// <summary>S(x), in (0, 1), for x greater than 0.</summary>
    public double At(double x)
    {
        var piece = 0;
        return AtLog(Math.Log(x), ref piece);
    }

    /// <summary>S(e^position).</summary>
    /// <param name="position">Logarithm of the latency.</param>
    /// <param name="piece">Where to begin looking, 0 at first; for increasing positions what the last call left there.</param>
    public double AtLog(double position, ref int piece)
    {
        piece = Piece(_logBounds, position, piece);
        return Math.Exp(-Math.Exp(_heights[piece] + _slopes[piece] * (position - _logBounds[piece])));
    }

    /// <summary>The x that a share of requests in (0, 1) exceeds.</summary>
    public double Inverse(double share) => Math.Exp(LogInverse(share));

    /// <summary>The logarithm of the x that a share of requests in (0, 1) exceeds.</summary>
    public double LogInverse(double share)
    {
        var height = Math.Log(-Math.Log(share));
        var piece = Piece(_heights, height, 0);
        return _logBounds[piece] + (height - _heights[piece]) / _slopes[piece];
    }

    private static int Piece(double[] knots, double position, int piece)
    {
        while (piece + 1 < knots.Length && position > knots[piece + 1])
        {
            piece++;
        }

        return piece;
    }
}

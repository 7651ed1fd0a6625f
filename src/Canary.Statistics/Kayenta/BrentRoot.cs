namespace Canary.Statistics;

/// <summary>Brent's search for a zero, in the very order of operations of R's and Kayenta's: on a staircase the result depends on it.</summary>
/// <remarks>R. P. Brent, "Algorithms for minimization without derivatives" (1973), chapter 4: inverse quadratic or linear interpolation where it is safe, else bisection.</remarks>
internal static class BrentRoot
{
    private const int MostSteps = 1001;
    private const double Unit = 2.220446049250313e-16;

    /// <summary>A zero of a function between two places where it should have opposite signs; NaN when the function is nowhere defined on the way.</summary>
    public static double Find(Func<double, double> function, double from, double to, double tolerance)
    {
        var (last, best) = (new Point(from, function(from)), new Point(to, function(to)));
        if (last.Value == 0)
        {
            return from;
        }

        // the zero lies between best and across
        var across = last;
        for (var step = 0; step < MostSteps && best.Value != 0 && !double.IsNaN(best.Value + across.Value); step++)
        {
            var before = best.At - last.At;
            if (Math.Abs(across.Value) < Math.Abs(best.Value))
            {
                (last, best, across) = (best, across, best);
            }

            var enough = 2 * Unit * Math.Abs(best.At) + tolerance / 2;
            var half = (across.At - best.At) / 2;
            if (Math.Abs(half) <= enough || best.Value == 0)
            {
                return best.At;
            }

            var move = Math.Abs(before) >= enough && Math.Abs(last.Value) > Math.Abs(best.Value)
                ? Interpolated(last, best, across, before, enough, half)
                : half;
            if (Math.Abs(move) < enough)
            {
                move = move > 0 ? enough : -enough;
            }

            last = best;
            best = new(best.At + move, function(best.At + move));
            if ((best.Value > 0 && across.Value > 0) || (best.Value < 0 && across.Value < 0))
            {
                across = last;
            }
        }

        return double.IsNaN(best.Value + across.Value) ? double.NaN : best.At;
    }

    /// <summary>The step to where a curve through the last points crosses zero, or half the way when that is too far.</summary>
    private static double Interpolated(Point last, Point best, Point across, double before, double enough, double half)
    {
        var width = across.At - best.At;
        var gain = best.Value / last.Value;
        double above, below;
        if (last.At == across.At)
        {
            (above, below) = (width * gain, 1.0 - gain);
        }
        else
        {
            var (older, newer) = (last.Value / across.Value, best.Value / across.Value);
            above = gain * (width * older * (older - newer) - (best.At - last.At) * (newer - 1.0));
            below = (older - 1.0) * (newer - 1.0) * (gain - 1.0);
        }

        (above, below) = above > 0 ? (above, -below) : (-above, below);
        return above < 0.75 * width * below - Math.Abs(enough * below) / 2 && above < Math.Abs(before * below / 2) ? above / below : half;
    }

    private readonly record struct Point(double At, double Value);
}

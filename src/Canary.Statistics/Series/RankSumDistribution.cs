namespace Canary.Statistics;

/// <summary>How many of the pairs (x, y) have x above y when both samples come from one continuous law.</summary>
internal sealed class RankSumDistribution
{
    private readonly double[] _below;

    /// <param name="first">Points of x, at least 1.</param>
    /// <param name="second">Points of y, at least 1.</param>
    /// <remarks>By recursion over where the largest point comes from: additions only, so that no digits are lost. H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947).</remarks>
    public RankSumDistribution(int first, int second)
    {
        // ways[a][u]: orders of a points of x and b of y with u pairs, for the b at hand
        var ways = new double[first + 1][];
        for (var a = 0; a <= first; a++)
        {
            ways[a] = new double[a * second + 1];
            ways[a][0] = 1;
        }

        for (var b = 1; b <= second; b++)
        {
            for (var a = 1; a <= first; a++)
            {
                for (var u = a * b; u >= b; u--)
                {
                    ways[a][u] += ways[a - 1][u - b];
                }
            }
        }

        _below = ways[first];
        var all = 0.0;
        foreach (var count in _below)
        {
            all += count;
        }

        var sum = 0.0;
        for (var u = 0; u < _below.Length; u++)
        {
            sum += _below[u];
            _below[u] = sum / all;
        }
    }

    /// <summary>Probability of at most so many pairs.</summary>
    public double AtMost(double pairs) => pairs < 0 ? 0 : _below[(int)Math.Min(pairs, _below.Length - 1)];

    /// <summary>Probability of at least so many pairs; by symmetry, so that small ones keep their digits.</summary>
    public double AtLeast(double pairs) => AtMost(_below.Length - 1 - pairs);

    /// <summary>The smallest number of pairs that at most so many have at least this probability.</summary>
    public int Quantile(double probability)
    {
        var pairs = 0;
        while (_below[pairs] < probability)
        {
            pairs++;
        }

        return pairs;
    }
}

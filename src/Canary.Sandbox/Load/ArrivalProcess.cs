namespace Canary.Sandbox.Load;

/// <summary>
/// When requests arrive: a Poisson process, and on top of it bursts that start as another Poisson process and have geometric sizes. The mean rate is as asked for;
/// counts vary more than a Poisson process's, as real traffic's do. The same seed gives the same times. One caller at a time.
/// </summary>
internal sealed class ArrivalProcess
{
    private const double MeanGapInBurst = 0.001;

    private readonly Random _random;
    private readonly double _singleRate;
    private readonly double _burstRate;
    private readonly double _meanBurst;
    private readonly PriorityQueue<double, double> _burst = new();
    private double _nextSingle;
    private double _nextBurst;

    /// <param name="rate">Mean arrivals per second. Greater than 0.</param>
    /// <param name="burstShare">Share of arrivals that belong to bursts, in [0, 1).</param>
    /// <param name="meanBurst">Mean size of a burst, at least 1.</param>
    /// <param name="seed">Seed of all chance.</param>
    public ArrivalProcess(double rate, double burstShare, double meanBurst, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        _random = new Random(seed);
        _singleRate = rate * (1 - burstShare);
        _burstRate = rate * burstShare / meanBurst;
        _meanBurst = meanBurst;
        _nextSingle = Exponential(1 / _singleRate);
        _nextBurst = burstShare > 0 ? Exponential(1 / _burstRate) : double.PositiveInfinity;
    }

    /// <summary>The next arrival, counted from the start; never earlier than the one before.</summary>
    public TimeSpan Next()
    {
        while (_nextBurst <= _nextSingle && !(_burst.TryPeek(out var first, out _) && first < _nextBurst))
        {
            AddBurst();
        }

        if (_burst.TryPeek(out var inBurst, out _) && inBurst <= _nextSingle)
        {
            return TimeSpan.FromSeconds(_burst.Dequeue());
        }

        var arrival = _nextSingle;
        _nextSingle += Exponential(1 / _singleRate);
        return TimeSpan.FromSeconds(arrival);
    }

    private void AddBurst()
    {
        var at = _nextBurst;
        _burst.Enqueue(at, at);

        // geometric: each request brings another one with the same chance
        while (_random.NextDouble() < 1 - (1 / _meanBurst))
        {
            at += Exponential(MeanGapInBurst);
            _burst.Enqueue(at, at);
        }

        _nextBurst += Exponential(1 / _burstRate);
    }

    private double Exponential(double mean) => -mean * Math.Log(1 - _random.NextDouble());
}

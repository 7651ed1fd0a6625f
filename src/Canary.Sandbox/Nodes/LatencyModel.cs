namespace Canary.Sandbox.Nodes;

/// <summary>A lognormal distribution of service times. Immutable.</summary>
/// <param name="Median">Half of the requests take less. Greater than zero.</param>
/// <param name="Sigma">Standard deviation of the logarithm; 0 makes every request take the median.</param>
internal sealed record LatencyModel(TimeSpan Median, double Sigma)
{
    private const double NormalQuantile99 = 2.3263478740408408;

    /// <summary>Median 4 ms, 99th percentile 16.2 ms: short enough for hundreds of requests per second on two cores.</summary>
    public static LatencyModel Usual { get; } = new(TimeSpan.FromMilliseconds(4), 0.6);

    public TimeSpan Percentile99 => Median * Math.Exp(Sigma * NormalQuantile99);

    /// <summary>The same median with the 99th percentile multiplied by <paramref name="factor"/>, at least 1.</summary>
    public LatencyModel WithTail(double factor) => this with { Sigma = Sigma + (Math.Log(factor) / NormalQuantile99) };

    /// <summary>Turns two independent uniform numbers in (0, 1] and [0, 1) into one service time, by Box and Muller.</summary>
    public TimeSpan Draw(double first, double second)
    {
        var normal = Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
        return Median * Math.Exp(Sigma * normal);
    }
}

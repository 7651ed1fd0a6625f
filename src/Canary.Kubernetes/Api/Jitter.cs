namespace Canary.Kubernetes.Api;

/// <summary>Makes a seeded <see cref="Random"/> usable from several threads.</summary>
internal sealed class Jitter(Random random)
{
    private readonly Lock _lock = new();

    /// <summary>The next number in [0, 1).</summary>
    public double Next()
    {
        lock (_lock)
        {
            return random.NextDouble();
        }
    }
}

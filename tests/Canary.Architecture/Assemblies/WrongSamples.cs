namespace Canary.Architecture.Assemblies;

/// <summary>Breaks the rules of purity on purpose: each rule is tried on it, so that a rule that sees nothing is found out.</summary>
internal static class ImpureSample
{
    internal static readonly double[] SharedTable = [1, 2];
    internal static readonly string Constant = "never changes";
    private static readonly double[] PrivateTable = [3, 4];
    private static readonly Dictionary<string, double> Cache = [];
    private static int _calls;

    public static string? LastName { get; set; }

    public static double Total(string name)
    {
        _calls++;
        LastName = name;
        Cache[name] = SharedTable[0] + PrivateTable[0] + _calls;
        return Cache[name];
    }

    public static string Impure() => Environment.GetEnvironmentVariable("HOME") + Random.Shared.Next() + DateTime.UtcNow + Guid.NewGuid() + TimeProvider.System.GetTimestamp();

    public static Task ReadAsync(Stream stream, CancellationToken cancellationToken) => stream.ReadExactlyAsync(new byte[1], cancellationToken).AsTask();
}

/// <summary>A name that says nothing of what the type is for.</summary>
internal sealed class WeightHelper;

/// <summary>A hierarchy as the house writes them.</summary>
internal abstract record ClosedSample
{
    private ClosedSample()
    {
    }

    public sealed record First(int Value) : ClosedSample;

    public sealed record Second : ClosedSample;
}

/// <summary>Anybody may add a case.</summary>
internal abstract record OpenSample
{
    public sealed record Only : OpenSample;
}

/// <summary>One case can be derived from.</summary>
internal abstract record UnsealedSample
{
    private UnsealedSample()
    {
    }

    public record Loose : UnsealedSample;

    public sealed record Looser : Loose;
}

/// <summary>A base with nothing to tell apart.</summary>
internal abstract record EmptySample
{
    private EmptySample()
    {
    }
}

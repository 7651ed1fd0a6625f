namespace Canary.Sandbox.Nodes;

/// <summary>How the program in an image behaves. Immutable.</summary>
/// <param name="Fate">Whether it comes up.</param>
/// <param name="ErrorRatio">Share of requests answered with 500, in [0, 1].</param>
/// <param name="Latency">Distribution of its service times.</param>
internal sealed record PodBehaviour(PodFate Fate, double ErrorRatio, LatencyModel Latency)
{
    /// <summary>One request in a thousand fails; service times as <see cref="LatencyModel.Usual"/>.</summary>
    public static PodBehaviour Healthy { get; } = new(PodFate.Serves, 0.001, LatencyModel.Usual);

    /// <summary>One request in twenty fails.</summary>
    public static PodBehaviour Faulty { get; } = Healthy with { ErrorRatio = 0.05 };

    /// <summary>Same median, but twice the 99th percentile.</summary>
    public static PodBehaviour Slow { get; } = Healthy with { Latency = LatencyModel.Usual.WithTail(2) };
}

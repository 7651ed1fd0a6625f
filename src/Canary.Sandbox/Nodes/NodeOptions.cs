using System.ComponentModel.DataAnnotations;

namespace Canary.Sandbox.Nodes;

/// <summary>How the nodes run pods.</summary>
internal sealed class NodeOptions
{
    /// <summary>From the sight of a pod to its container running. 0 to 1 min; 300 ms by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan StartDelay { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a deleted pod goes on serving while clients learn of it. 0 to 5 min; 2 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause before the second start of a container that exits, or the second pull of its image; doubles up to <see cref="MaxBackoff"/>. 1 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:05:00")]
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between starts. 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:05:00")]
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Real waiting per service time drawn, in [0, 10]: 1 waits it out, 0 answers at once. What is reported is the drawn time in any case. 1 by default.</summary>
    [Range(0.0, 10.0)]
    public double LatencyFactor { get; init; } = 1;

    /// <summary>Whether pods listen at all; without, only their status is kept, for very many idle ones. True by default.</summary>
    public bool Listen { get; init; } = true;

    /// <summary>Port of a container that names none. 8080 by default.</summary>
    [Range(1, 65535)]
    public int DefaultPort { get; init; } = 8080;

    /// <summary>Port of the sidecar's metrics. 15020 by default, as Istio's.</summary>
    [Range(1, 65535)]
    public int SidecarPort { get; init; } = 15020;

    /// <summary>Second octet of the first pod's address. 1 to 254; 64 by default.</summary>
    [Range(1, 254)]
    public byte FirstNetwork { get; init; } = 64;

    /// <summary>Seed of every pod's chance.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Behaviour by image.</summary>
    public ImageBehaviours Images { get; init; } = new();
}

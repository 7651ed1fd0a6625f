using System.ComponentModel.DataAnnotations;

namespace Canary.Sandbox.Mesh;

/// <summary>The one proxy of the sandbox's mesh, at its one client.</summary>
internal sealed class MeshOptions
{
    /// <summary>From a change in the cluster to its effect on requests, as with Envoys. 0 to 1 min; 200 ms by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan PropagationDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Loopback port of the proxy; 0, the default, takes a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; init; }

    /// <summary>Loopback port of the proxy's own metrics, path <c>/stats/prometheus</c>; 0, the default, takes a free one.</summary>
    [Range(0, 65535)]
    public int StatsPort { get; init; }

    /// <summary>Workload that calls through this proxy.</summary>
    [Required]
    public string ClientWorkload { get; init; } = "load-generator";

    /// <summary>Namespace of that workload; short host names are looked up in it.</summary>
    [Required]
    public string ClientNamespace { get; init; } = "shop";

    /// <summary>Labels of that workload's pods, for <c>sourceLabels</c> in matches.</summary>
    public IReadOnlyDictionary<string, string> ClientLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Seed of weighted choices, faults and mirrors.</summary>
    public ulong Seed { get; init; } = 1;
}

using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Canary.Kubernetes.Access;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Live;

/// <summary>What is measured now, and how it is judged.</summary>
internal sealed record LiveQuestion
{
    /// <summary>The pods that serve.</summary>
    public required PodSelection Stable { get; init; }

    /// <summary>The pods on trial.</summary>
    public required PodSelection Candidate { get; init; }

    /// <summary>Their cluster and namespace.</summary>
    public ClusterAccess Access { get; init; } = new();

    /// <summary>Templates of the cluster; not looked at when there are <see cref="Metrics"/>.</summary>
    public IReadOnlyList<string> Templates { get; init; } = [];

    /// <summary>What is judged; null takes the templates'.</summary>
    public ValueList<MetricSpec>? Metrics { get; init; }

    /// <summary>Values for the templates' arguments.</summary>
    public ValueList<TemplateArgument> Arguments { get; init; } = [];

    /// <summary>Changed settings.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>How long to measure at most.</summary>
    public required TimeSpan For { get; init; }

    /// <summary>A candidate passes no sooner.</summary>
    public TimeSpan AtLeast { get; init; }

    /// <summary>The candidate's share of the requests; null when unknown.</summary>
    public Weight? Weight { get; init; }

    /// <summary>A file for what is measured; null for none.</summary>
    public string? Record { get; init; }
}

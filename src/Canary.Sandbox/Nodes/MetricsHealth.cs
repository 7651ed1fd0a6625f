namespace Canary.Sandbox.Nodes;

/// <summary>What becomes of requests for a pod's metrics; its program goes on serving.</summary>
internal enum MetricsHealth
{
    /// <summary>They are answered.</summary>
    Answers,

    /// <summary>They are answered with 503.</summary>
    Fails,

    /// <summary>They are never answered.</summary>
    Hangs,
}

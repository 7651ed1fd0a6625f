namespace Canary.Sandbox.ApiServer;

/// <summary>How the sandbox's API server is set up.</summary>
public sealed class SandboxApiServerOptions
{
    /// <summary>Loopback TCP port, 0 to 65535. Default 0: the system picks a free one.</summary>
    public int Port { get; init; }

    /// <summary>Changes remembered per resource, at least 1; a watch from before them gets 410 Gone. Default 4,000.</summary>
    public int HistoryLimit { get; init; } = 4_000;

    /// <summary>Events queued per watch, at least 1; a watch that falls further behind is ended. Default 20,000.</summary>
    public int WatchQueueLimit { get; init; } = 20_000;

    /// <summary>Time between bookmarks of a watch that asked for them. Default one minute, as in Kubernetes.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Length of a watch that named no timeoutSeconds. Default 40 minutes.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(40);

    /// <summary>Whether VirtualService and DestinationRule (any spec) are there from the start. Default true.</summary>
    public bool WithIstioDefinitions { get; init; } = true;
}

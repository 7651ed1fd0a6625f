namespace Canary.Sandbox.Nodes;

/// <summary>What becomes of a container once its pod is on a node.</summary>
internal enum PodFate
{
    /// <summary>Starts, becomes ready, serves.</summary>
    Serves,

    /// <summary>Starts and serves whoever asks, but never becomes ready.</summary>
    NeverReady,

    /// <summary>Exits with code 1 soon after each start.</summary>
    Crashes,

    /// <summary>Its image does not exist.</summary>
    ImageMissing,
}

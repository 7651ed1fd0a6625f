namespace Canary.Sandbox.Nodes;

/// <summary>What a pod's program makes of one request.</summary>
/// <param name="Code">HTTP status.</param>
/// <param name="ServiceTime">How long it takes, before compression.</param>
internal readonly record struct PodReply(int Code, TimeSpan ServiceTime);

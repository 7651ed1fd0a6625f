namespace Canary.Sandbox.Controllers;

/// <summary>One object that a controller is to look at.</summary>
/// <param name="Kind">Deployment, ReplicaSet or Service.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct WorkKey(string Kind, string Namespace, string Name);

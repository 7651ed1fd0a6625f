namespace Canary.Sandbox.ApiServer;

/// <summary>Where an object is stored, and which one of that name it is.</summary>
internal readonly record struct ObjectKey(string Store, string Namespace, string Name, string Uid);

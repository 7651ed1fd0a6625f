namespace Canary.Sandbox.ApiServer;

/// <summary>Which part of each object a table carries along.</summary>
internal enum IncludeObject
{
    Metadata,
    None,
    Object,
}

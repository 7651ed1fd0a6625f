namespace Canary.Sandbox.ApiServer;

internal enum FieldStrictness
{
    Ignore,
    Warn,
    Strict,
}

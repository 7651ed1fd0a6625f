namespace Canary.Sandbox.ApiServer;

internal enum ListKind
{
    Atomic,
    Set,
    Map,
}

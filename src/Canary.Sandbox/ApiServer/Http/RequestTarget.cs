namespace Canary.Sandbox.ApiServer;

/// <summary>What the path of a resource request names. Empty strings for what it does not name.</summary>
internal sealed record RequestTarget(string Group, string Version, string Namespace, string Plural, string Name, string Subresource)
{
    /// <returns>Null when the path is no resource's.</returns>
    public static RequestTarget? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["api", "v1", .. var rest] => ParseRest("", "v1", rest),
            ["apis", var group, var version, .. var rest] => ParseRest(group, version, rest),
            _ => null,
        };
    }

    private static RequestTarget? ParseRest(string group, string version, string[] rest) => rest switch
    {
        [] => null,
        ["namespaces", var name, "status" or "finalize"] when group.Length == 0 => new(group, version, "", "namespaces", name, rest[2]),
        ["namespaces", var place, var plural, .. var tail] => Named(group, version, place, plural, tail),
        [var plural, .. var tail] => Named(group, version, "", plural, tail),
    };

    private static RequestTarget Named(string group, string version, string place, string plural, string[] tail) =>
        new(group, version, place, plural, tail.Length > 0 ? tail[0] : "", string.Join('/', tail.Skip(1)));
}

using System.Diagnostics.CodeAnalysis;

namespace Canary.Sandbox.Mesh;

/// <summary>Host names as Istio reads them.</summary>
internal static class HostNames
{
    public const string ClusterSuffix = ".svc.cluster.local";

    public static string OfService(string name, string @namespace) => $"{name}.{@namespace}{ClusterSuffix}";

    /// <summary>Only a name without any dot is completed, with the namespace of the object it stands in; everything else is literal.</summary>
    public static string Resolve(string host, string @namespace) =>
        host.Contains('.', StringComparison.Ordinal) || host == "*" ? host : OfService(host, @namespace);

    /// <summary>The full names a client may have meant: it may leave out trailing parts of a service's name.</summary>
    public static IEnumerable<string> Requested(string host, string clientNamespace) => host.Count(letter => letter == '.') switch
    {
        0 => [OfService(host, clientNamespace), host],
        1 => [$"{host}{ClusterSuffix}", host],
        2 when host.EndsWith(".svc", StringComparison.Ordinal) => [$"{host}.cluster.local", host],
        _ => [host],
    };

    /// <summary>Splits <c>host:port</c>; the port is null when there is none.</summary>
    public static (string Host, int? Port) Split(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon >= 0 && int.TryParse(authority.AsSpan(colon + 1), out var port) ? (authority[..colon], port) : (authority, null);
    }

    /// <summary>Whether a host of a rule, which may begin with <c>*</c>, covers a full name.</summary>
    public static bool Covers(string pattern, string host) =>
        pattern.StartsWith('*') ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase) : string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase);

    /// <summary>The most specific pattern that covers the host: an exact one, else the longest.</summary>
    public static bool TryFindMostSpecific<T>(IReadOnlyDictionary<string, T> byPattern, string host, [MaybeNullWhen(false)] out T found)
    {
        if (byPattern.TryGetValue(host, out found))
        {
            return true;
        }

        var best = byPattern.Keys.Where(pattern => pattern.StartsWith('*') && Covers(pattern, host)).MaxBy(pattern => pattern.Length);
        found = best is null ? default : byPattern[best];
        return best is not null;
    }
}

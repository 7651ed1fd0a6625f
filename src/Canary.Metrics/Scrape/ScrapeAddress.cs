using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Canary.Core.Analysis;
using Canary.Engine.Ports;

namespace Canary.Metrics.Scrape;

/// <summary>Where a pod tells its counters.</summary>
internal static class ScrapeAddress
{
    // Istio's merged answer: agent, Envoy and application.
    internal const int DefaultPort = 15020;
    internal const string DefaultPath = "/stats/prometheus";

    /// <summary>Finds the address: what the metric says, else what the pod's annotations say, else Istio's.</summary>
    /// <returns>Whether there is one; otherwise <paramref name="problem"/> says why not.</returns>
    public static bool TryResolve(ScrapeSpec scrape, PodTarget pod, [NotNullWhen(true)] out Uri? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        // Never a host name: where a pod is, the cluster says, and nobody else.
        if (!IPAddress.TryParse(pod.Address, out var ip))
        {
            problem = pod.Address.Length == 0 ? "the pod has no IP address yet" : $"'{pod.Address}' is no IP address";
            return false;
        }

        var (text, origin) = (scrape.Port, pod.ScrapePort) switch
        {
            ({ } port, _) => (port, "port"),
            (null, { } annotated) => (annotated, "annotation prometheus.io/port"),
            _ => (DefaultPort.ToString(CultureInfo.InvariantCulture), "port"),
        };
        if (!TryFindPort(text, pod, out var number))
        {
            problem = $"{origin} '{text}' is neither a number from 1 to 65535 nor a named port of the pod ({Names(pod)})";
            return false;
        }

        var path = scrape.Path ?? pod.ScrapePath ?? DefaultPath;
        var host = ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : ip.ToString();
        if (!Uri.TryCreate(FormattableString.Invariant($"http://{host}:{number}{(path.StartsWith('/') ? "" : "/")}{path}"), UriKind.Absolute, out address))
        {
            problem = $"'{path}' is no path";
            return false;
        }

        problem = null;
        return true;
    }

    private static bool TryFindPort(string text, PodTarget pod, out int number)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return number is >= 1 and <= 65535;
        }

        number = pod.Ports.FirstOrDefault(port => port.Name == text)?.Port ?? 0;
        return number is >= 1 and <= 65535;
    }

    private static string Names(PodTarget pod) => pod.Ports.Count == 0 ? "it names none" : $"it names {string.Join(", ", pod.Ports.Select(port => port.Name))}";
}

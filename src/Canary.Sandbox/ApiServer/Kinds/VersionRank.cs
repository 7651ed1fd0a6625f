using System.Globalization;
using System.Text.RegularExpressions;

namespace Canary.Sandbox.ApiServer;

/// <summary>Kubernetes' order of versions: v10, v2, v1, v2beta1, v1beta2, v1alpha1, then others.</summary>
internal static partial class VersionRank
{
    public static (int Stability, int Major, int Minor) Of(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success)
        {
            return (0, 0, 0);
        }

        var stability = match.Groups["stability"].Value switch { "" => 3, "beta" => 2, _ => 1 };
        return (stability, Number(match.Groups["major"].Value), Number(match.Groups["minor"].Value));
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex("^v(?<major>[0-9]+)((?<stability>alpha|beta)(?<minor>[0-9]+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}

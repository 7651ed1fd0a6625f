using System.Text.Json.Nodes;

namespace Canary.Architecture.Manifests;

/// <summary>What holds for every Role and ClusterRole that we ship.</summary>
internal static class RoleRules
{
    /// <summary>Verbs and resources by which a right becomes a greater one, or another person's.</summary>
    private static readonly string[] Leverage =
    [
        "bind", "escalate", "impersonate", "roles", "clusterroles", "rolebindings", "clusterrolebindings", "serviceaccounts/token",
        "pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "nodes/proxy", "services/proxy", "pods/proxy",
    ];

    /// <summary>Rules that give more than what they name.</summary>
    public static IEnumerable<string> TooWide(JsonObject role) => Rules(role).SelectMany(rule => new[] { "apiGroups", "resources", "verbs", "nonResourceURLs" }
        .Where(field => Texts(rule, field).Any(text => text.Contains('*', StringComparison.Ordinal)))
        .Select(field => $"{Title(role)}: {field} has a wildcard"));

    /// <summary>Rules that read Secrets other than by their names: who lists them, reads them all.</summary>
    public static IEnumerable<string> Secrets(JsonObject role) => Rules(role)
        .Where(rule => Texts(rule, "resources").Any(resource => resource.Split('/')[0] == "secrets"))
        .Where(rule => !Texts(rule, "resourceNames").Any() || Texts(rule, "verbs").Any(verb => verb != "get"))
        .Select(_ => $"{Title(role)}: Secrets are read by get and by name only");

    /// <summary>Rules that let their holder get further rights.</summary>
    public static IEnumerable<string> Levers(JsonObject role) => Rules(role)
        .SelectMany(rule => Texts(rule, "verbs").Concat(Texts(rule, "resources")))
        .Intersect(Leverage)
        .Select(word => $"{Title(role)}: {word} gives more than it says");

    /// <summary>Rules without a comment, on their own line or right above, that says what they are for.</summary>
    /// <param name="path">The manifest, for messages.</param>
    /// <param name="text">Its text.</param>
    public static IEnumerable<string> WithoutReason(string path, string text)
    {
        var lines = text.Split('\n');
        for (var line = 0; line < lines.Length; line++)
        {
            if (lines[line].TrimStart().StartsWith("- apiGroups:", StringComparison.Ordinal)
                && !lines[line].Contains(" # ", StringComparison.Ordinal)
                && !lines[Math.Max(0, line - 1)].TrimStart().StartsWith("# ", StringComparison.Ordinal))
            {
                yield return FormattableString.Invariant($"{path}:{line + 1}: a rule without a reason");
            }
        }
    }

    private static IEnumerable<JsonNode> Rules(JsonObject role) => role["rules"]!.AsArray().Select(rule => rule!);

    private static IEnumerable<string> Texts(JsonNode rule, string field) => rule[field]?.AsArray().Select(text => (string)text!) ?? [];

    private static string Title(JsonObject role) => $"{(string?)role["kind"]} {(string?)role["metadata"]!["name"]}";
}

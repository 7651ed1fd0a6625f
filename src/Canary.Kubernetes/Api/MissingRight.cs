using System.Text.RegularExpressions;

namespace Canary.Kubernetes.Api;

/// <summary>A right that the authoriser says this process does not have. Immutable.</summary>
/// <param name="Verb">Kubernetes' verb, such as <c>list</c>.</param>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural, with a subresource after a slash, such as <c>rollouts/status</c>.</param>
/// <param name="Namespace">Where it is missing; null: in the whole cluster.</param>
public sealed partial record MissingRight(string Verb, string Group, string Resource, string? Namespace)
{
    /// <summary>The rule that gives it, as it is written in a Role or ClusterRole. Whoever follows a kind needs list and watch, so that one brings the other.</summary>
    public string Rule => $$"""{apiGroups: ["{{Group}}"], resources: ["{{Resource}}"], verbs: [{{Verbs}}]}""";

    private string Verbs => Verb is "list" or "watch" ? "\"list\", \"watch\"" : $"\"{Verb}\"";

    /// <summary>The remedy: which rule is to be added, and where.</summary>
    /// <returns>Words that go on a sentence.</returns>
    public override string ToString() =>
        $"give the engine's service account the rule {Rule} in a ClusterRole{(Namespace is null ? "" : $", or in a Role of namespace {Namespace}")}";

    /// <summary>Reads the message of a 403.</summary>
    /// <param name="message">The server's message.</param>
    /// <returns>The right; null when something else than the authoriser refused, as admission, a quota or a namespace that is being deleted do.</returns>
    internal static MissingRight? Read(string message)
    {
        var said = Refusal().Match(message);
        return !said.Success
            ? null
            : new MissingRight(said.Groups["verb"].Value, said.Groups["group"].Value, said.Groups["resource"].Value, said.Groups["namespace"] is { Success: true } ns ? ns.Value : null);
    }

    /// <remarks>kube-apiserver words every refusal so, whichever authoriser it comes from; its reason may follow.</remarks>
    [GeneratedRegex("""cannot (?<verb>[a-z]+) resource "(?<resource>[^"]+)" in API group "(?<group>[^"]*)" (?:in the namespace "(?<namespace>[^"]+)"|at the cluster scope)""", RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();
}

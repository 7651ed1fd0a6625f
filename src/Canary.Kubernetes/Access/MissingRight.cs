using System.Text.RegularExpressions;
using Canary.Kubernetes.Api;

namespace Canary.Kubernetes.Access;

/// <summary>The RBAC rule for want of which a call was refused.</summary>
/// <param name="User">Who lacks it.</param>
/// <param name="Verb">The verb, such as <c>patch</c>.</param>
/// <param name="Resource">The plural, with a subresource after a slash.</param>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Namespace">The namespace; null for the whole cluster.</param>
public sealed partial record MissingRight(string User, string Verb, string Resource, string Group, string? Namespace)
{
    /// <summary>Reads what the API server said.</summary>
    /// <param name="failure">A failed call.</param>
    /// <returns>The missing rule; null when it failed for another reason, or an authoriser of another kind said no.</returns>
    public static MissingRight? Of(KubernetesApiException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.StatusCode == 403 && Forbidden().Match(failure.Message) is { Success: true } match
            ? new MissingRight(
                match.Groups["user"].Value,
                match.Groups["verb"].Value,
                match.Groups["resource"].Value,
                match.Groups["group"].Value,
                match.Groups["namespace"] is { Success: true, Value: var ns } ? ns : null)
            : null;
    }

    /// <summary>The rule as a Role has it.</summary>
    /// <returns>One line of YAML.</returns>
    public string Rule() => $"- {{apiGroups: [\"{Group}\"], resources: [{Resource}], verbs: [{Verb}]}}";

    /// <summary>Says what is missing.</summary>
    /// <returns>One sentence.</returns>
    public override string ToString() =>
        $"{User} may not {Verb} {Resource}{(Group.Length == 0 ? "" : $".{Group}")} {(Namespace is null ? "in the whole cluster" : $"in namespace {Namespace}")}";

    // the words of every kube-apiserver since 1.6
    [GeneratedRegex("User \"(?<user>[^\"]*)\" cannot (?<verb>\\w+) resource \"(?<resource>[^\"]+)\" in API group \"(?<group>[^\"]*)\"(?: in the namespace \"(?<namespace>[^\"]+)\")?", RegexOptions.ExplicitCapture)]
    private static partial Regex Forbidden();
}

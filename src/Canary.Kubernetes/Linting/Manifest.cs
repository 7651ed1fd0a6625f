using System.Text.Json.Nodes;
using Canary.Kubernetes.Resources;
using YamlDotNet.RepresentationModel;

namespace Canary.Kubernetes.Linting;

/// <summary>An object of a file, with the place where it stands.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Node">The node, which knows its lines.</param>
/// <param name="Tree">The object.</param>
/// <param name="DefaultNamespace">The namespace when it names none.</param>
internal sealed record Manifest(string File, YamlNode Node, JsonObject Tree, string DefaultNamespace)
{
    public string Kind => Tree.At("kind").AsText() ?? "";

    public string Group => (Tree.At("apiVersion").AsText() ?? "") is var version && version.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? version[..slash] : "";

    public string Name => Tree.NameOf();

    public string Namespace => Tree.NamespaceOf() is { Length: > 0 } ns ? ns : DefaultNamespace;

    public bool IsOurs => Group == "canary.dev";
}

/// <summary>Something wrong in a manifest.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">The line, from 1; 0 when it is in no file.</param>
/// <param name="Subject">The object, such as <c>Rollout checkout</c>; empty for a file that cannot be read.</param>
/// <param name="Path">The field; empty for the whole.</param>
/// <param name="Message">What was found and what to write instead.</param>
/// <param name="Warning">Whether it may be meant so.</param>
public sealed record LintFinding(string File, long Line, string Subject, string Path, string Message, bool Warning);

/// <summary>What linting came to.</summary>
/// <param name="Findings">What is wrong, in order of file and line.</param>
/// <param name="Rollouts">How many Rollouts were checked.</param>
/// <param name="Templates">How many templates were checked.</param>
/// <param name="Unseen">Objects that were referred to and could not be looked at, so that what depends on them was not checked.</param>
public sealed record LintReport(IReadOnlyList<LintFinding> Findings, int Rollouts, int Templates, IReadOnlyList<string> Unseen);

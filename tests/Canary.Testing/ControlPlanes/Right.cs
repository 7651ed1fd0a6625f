namespace Canary.Testing.ControlPlanes;

/// <summary>A right as RBAC knows it. Immutable.</summary>
/// <param name="Verb">Such as <c>list</c>.</param>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural, with a subresource after a slash, such as <c>rollouts/status</c>.</param>
/// <param name="Namespace">Where it is asked for; null for the whole cluster, or wherever it may be.</param>
public sealed record Right(string Verb, string Group, string Resource, string? Namespace)
{
    /// <inheritdoc />
    public override string ToString() => $"{Verb} {Resource}{(Group.Length > 0 ? "." : "")}{Group}{(Namespace is null ? "" : " in ")}{Namespace}";
}

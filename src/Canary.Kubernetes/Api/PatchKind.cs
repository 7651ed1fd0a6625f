namespace Canary.Kubernetes.Api;

/// <summary>How the body of a patch is read by the API server.</summary>
public enum PatchKind
{
    /// <summary>RFC 6902: a list of operations, all or none; a failing <c>test</c> answers 422.</summary>
    JsonPatch,

    /// <summary>RFC 7386: fields are set, null removes them, lists are replaced whole.</summary>
    MergePatch,

    /// <summary>Kubernetes' own merge with list keys; built-in kinds only.</summary>
    StrategicMerge,

    /// <summary>Server-side apply, forced: the fields of the body become ours.</summary>
    Apply,
}

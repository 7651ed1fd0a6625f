namespace Canary.Kubernetes.Api;

/// <summary>One cause that the API server named for an error.</summary>
/// <param name="Reason">Machine-readable, such as <c>FieldValueInvalid</c> or <c>FieldManagerConflict</c>; may be empty.</param>
/// <param name="Field">Path of the field, such as <c>spec.replicas</c>; empty when it concerns none.</param>
/// <param name="Message">For a person; may be empty.</param>
public sealed record StatusCause(string Reason, string Field, string Message);

namespace Canary.Kubernetes.Api;

/// <summary>The one exception of calls to the Kubernetes API: an answer other than success, or none.</summary>
/// <param name="statusCode">HTTP status; 0 when no answer came (connection, timeout, credentials).</param>
/// <param name="reason">Machine-readable reason: the server's (<c>Conflict</c>, <c>NotFound</c>, ...) or one of <see cref="ConnectionReason"/>,
/// <see cref="TimeoutReason"/>, <see cref="CredentialsReason"/>, <see cref="InvalidResponseReason"/>.</param>
/// <param name="message">What happened, for a person.</param>
/// <param name="retryAfter">How long the server asked to wait, or null.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class KubernetesApiException(int statusCode, string reason, string message, TimeSpan? retryAfter, Exception? innerException)
    : Exception(message, innerException)
{
    /// <summary>Reason when the connection could not be made or broke.</summary>
    public const string ConnectionReason = "ConnectionFailed";

    /// <summary>Reason when no complete answer came in time.</summary>
    public const string TimeoutReason = "Timeout";

    /// <summary>Reason when credentials could not be obtained.</summary>
    public const string CredentialsReason = "CredentialsFailed";

    /// <summary>Reason when the answer could not be read as JSON.</summary>
    public const string InvalidResponseReason = "InvalidResponse";

    /// <summary>Makes an exception without a cause.</summary>
    /// <param name="statusCode">HTTP status; 0 when no answer came.</param>
    /// <param name="reason">Machine-readable reason.</param>
    /// <param name="message">What happened, for a person.</param>
    public KubernetesApiException(int statusCode, string reason, string message)
        : this(statusCode, reason, message, null, null)
    {
    }

    /// <summary>HTTP status; 0 when no answer came.</summary>
    public int StatusCode { get; } = statusCode;

    /// <summary>Machine-readable reason.</summary>
    public string Reason { get; } = reason;

    /// <summary>How long the server asked to wait, or null. Never negative.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Details the server gave, one per field or cause; empty when it gave none.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>403 of the authoriser: the right that is missing. Null for every other failure, and for what admission refuses.</summary>
    public MissingRight? Missing { get; init; }

    /// <summary>409: somebody else wrote first, a precondition failed, or the name is taken.</summary>
    public bool IsConflict => StatusCode == 409;

    /// <summary>409 on create: an object of this name exists.</summary>
    public bool IsAlreadyExists => StatusCode == 409 && Reason == "AlreadyExists";

    /// <summary>404: the object, or its kind, does not exist.</summary>
    public bool IsNotFound => StatusCode == 404;

    /// <summary>410: the version asked for is no longer kept; list again.</summary>
    public bool IsGone => StatusCode == 410;

    /// <summary>422 to a JSON patch that names no invalid field: a <c>test</c> (or a path) of the patch did not hold. Read again and decide anew.</summary>
    /// <remarks>kube-apiserver says no more than "the server rejected our request due to an error in our request" here; a schema violation names its fields.</remarks>
    public bool IsTestFailed => StatusCode == 422 && FromJsonPatch && !Causes.Any(cause => cause.Field.Length > 0);

    /// <summary>The same call may succeed later: 429, 5xx (but not 501 and 505), a timeout, a broken connection, an unreadable answer.</summary>
    public bool IsTransient => StatusCode switch
    {
        0 or 429 => true,
        501 or 505 => false,
        >= 500 => true,
        _ => Reason == InvalidResponseReason,
    };

    /// <summary>Whether the request certainly had no effect, so that even a create may be sent again.</summary>
    internal bool WasNotExecuted => NotSent || StatusCode is 429 or 503;

    /// <summary>Whether the request never left this process.</summary>
    internal bool NotSent { get; init; }

    /// <summary>Whether the request was a JSON patch.</summary>
    internal bool FromJsonPatch { get; init; }
}

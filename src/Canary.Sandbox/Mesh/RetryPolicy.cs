using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Mesh;

/// <summary>When and how often a request is sent again. Immutable.</summary>
internal sealed class RetryPolicy
{
    private const string DefaultConditions = "connect-failure,refused-stream,unavailable,cancelled";

    private readonly HashSet<string> _conditions;

    private RetryPolicy(int attempts, TimeSpan? perTryTimeout, string conditions)
    {
        Attempts = attempts;
        PerTryTimeout = perTryTimeout;
        _conditions = [.. conditions.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>What Istio does when a route says nothing: twice more when no connection could be made.</summary>
    public static RetryPolicy Default { get; } = new(2, null, DefaultConditions);

    public static RetryPolicy Never { get; } = new(0, null, "");

    /// <summary>Attempts after the first.</summary>
    public int Attempts { get; }

    /// <summary>Longest time of one attempt; null leaves it to the route's timeout.</summary>
    public TimeSpan? PerTryTimeout { get; }

    public static RetryPolicy Read(JsonNode? retries) => retries is null
        ? Default
        : new RetryPolicy((int)(retries.Number("attempts") ?? 2), GoDuration.Parse(retries.Text("perTryTimeout")), retries.Text("retryOn") ?? DefaultConditions);

    public bool CoversConnectFailure => _conditions.Contains("connect-failure") || _conditions.Contains("5xx") || _conditions.Contains("gateway-error");

    /// <summary>The connection broke, or the attempt timed out, before a response.</summary>
    public bool CoversReset => _conditions.Contains("reset") || _conditions.Contains("5xx") || _conditions.Contains("gateway-error");

    public bool CoversStatus(int status) =>
        (status >= 500 && _conditions.Contains("5xx"))
        || (status is 502 or 503 or 504 && _conditions.Contains("gateway-error"))
        || (status == 409 && _conditions.Contains("retriable-4xx"))
        || _conditions.Contains(status.ToString(CultureInfo.InvariantCulture));
}

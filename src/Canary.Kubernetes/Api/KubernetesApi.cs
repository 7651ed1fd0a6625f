using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Canary.Kubernetes.Api;

/// <summary>
/// The Kubernetes API as JSON, so that fields this program does not know are never lost. Thread-safe.
/// Calls fail with <see cref="KubernetesApiException"/> and, when the caller cancels, with <see cref="OperationCanceledException"/>.
/// </summary>
/// <remarks>
/// Calls are timed, bounded in number, and repeated where repeating is safe: reads, replaces, deletes, merges and applies always; creates and JSON patches
/// that do not guard themselves only when the server certainly did nothing. Writes name the field manager <c>canary</c> and ask for strict field validation.
/// </remarks>
public sealed partial class KubernetesApi : IDisposable
{
    /// <summary>The field manager of every write.</summary>
    public const string FieldManager = "canary";

    private const string WriteQuery = "fieldManager=" + FieldManager + "&fieldValidation=Strict";

    private readonly KubernetesApiOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ApiTransport _transport;
    private readonly ApiPipelines _pipelines;
    private readonly Func<bool>? _mayWrite;

    /// <summary>Prepares a client; nothing is sent yet.</summary>
    /// <param name="configuration">Address, TLS and credentials, as <see cref="KubernetesClientConfiguration"/> finds them.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">Clock of every timeout and pause.</param>
    /// <param name="random">Source of jitter; used under a lock, and by nobody else.</param>
    /// <param name="registry">Where the request metrics are registered.</param>
    /// <param name="logger">Receives repeats and unreadable objects.</param>
    /// <param name="handlers">Handlers that see every request, outermost first; for tests and faults.</param>
    public KubernetesApi(
        KubernetesClientConfiguration configuration,
        KubernetesApiOptions options,
        TimeProvider time,
        Random random,
        CollectorRegistry registry,
        ILogger<KubernetesApi> logger,
        params DelegatingHandler[] handlers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        _options = options;
        _time = time;
        _logger = logger;
        Jitter = new Jitter(random);
        _transport = new ApiTransport(configuration, time, new ApiMetrics(registry), handlers);
        _pipelines = new ApiPipelines(options, time, Jitter, (failure, delay) => LogRepeated(failure.Message, delay));
    }

    private KubernetesApi(KubernetesApi of, Func<bool> mayWrite)
    {
        (_options, _time, _logger, Jitter, _transport, _pipelines) = (of._options, of._time, of._logger, of.Jitter, of._transport, of._pipelines);
        _mayWrite = mayWrite;
    }

    /// <summary>Jitter for those who pause between calls.</summary>
    internal Jitter Jitter { get; }

    /// <summary>The same client, for work that is allowed only under a condition: it is asked right before each attempt of a write goes out, also before repeats.</summary>
    /// <param name="mayWrite">The condition; quick, does not throw.</param>
    /// <returns>A client whose writes fail with <see cref="KubernetesApiException.FencedReason"/> once the condition does not hold. It lives on the connections of this one and is
    /// not to be disposed.</returns>
    internal KubernetesApi Fenced(Func<bool> mayWrite) => new(this, mayWrite);

    /// <summary>Reads one object.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="ns">Its namespace; null for a kind that has none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The object, owned by the caller.</returns>
    /// <exception cref="KubernetesApiException">Not found (404) or another failure.</exception>
    public Task<JsonObject> GetAsync(ResourceKind kind, string? ns, string name, CancellationToken cancellationToken) =>
        SendAsync(new ApiCall("get", kind.Plural, HttpMethod.Get, kind.Path(ns, name, null)), cancellationToken);

    /// <summary>Reads one object if it exists.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="ns">Its namespace; null for a kind that has none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The object, owned by the caller; null when it, or its kind, does not exist.</returns>
    /// <exception cref="KubernetesApiException">Any failure but 404.</exception>
    public async Task<JsonObject?> FindAsync(ResourceKind kind, string? ns, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(kind, ns, name, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Reads a collection, page by page, as one consistent snapshot of the most recent state.</summary>
    /// <param name="kind">Kind of the objects.</param>
    /// <param name="ns">Namespace; null lists all.</param>
    /// <param name="labelSelector">Label selector in Kubernetes' syntax, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>All objects and the version of the snapshot. Items that cannot be read are logged and left out.</returns>
    /// <exception cref="KubernetesApiException">A page could not be read.</exception>
    public async Task<ResourceList> ListAsync(ResourceKind kind, string? ns, string? labelSelector, CancellationToken cancellationToken)
    {
        try
        {
            return await ListPagesAsync(kind, ns, SelectorQuery(labelSelector), _options.PageSize, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception) when (exception.IsGone)
        {
            // The snapshot expired between two pages: take it in one piece.
            return await ListPagesAsync(kind, ns, SelectorQuery(labelSelector), null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="ListAsync"/>, by a field selector such as <c>involvedObject.uid=...</c>, in one piece.</summary>
    internal Task<ResourceList> ListByFieldAsync(ResourceKind kind, string ns, string fieldSelector, CancellationToken cancellationToken) =>
        ListPagesAsync(kind, ns, $"&fieldSelector={Uri.EscapeDataString(fieldSelector)}", null, cancellationToken);

    /// <summary>Creates an object.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="ns">Its namespace; null for a kind that has none.</param>
    /// <param name="body">The object; not changed.</param>
    /// <param name="cancellationToken">Cancels the call; the object may exist nevertheless.</param>
    /// <returns>The object as stored.</returns>
    /// <exception cref="KubernetesApiException">The name is taken (<see cref="KubernetesApiException.IsAlreadyExists"/>) or another failure. After a
    /// timeout the object may exist nevertheless.</exception>
    public Task<JsonObject> CreateAsync(ResourceKind kind, string? ns, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync(
            new ApiCall("create", kind.Plural, HttpMethod.Post, kind.Path(ns, null, null) + "?" + WriteQuery) { Body = Bytes(body), Repeatable = false },
            cancellationToken);

    /// <summary>Changes parts of an object.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="ns">Its namespace; null for a kind that has none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="patch">How <paramref name="body"/> is read.</param>
    /// <param name="body">The patch: an array of operations for <see cref="PatchKind.JsonPatch"/>, otherwise an object; not changed.</param>
    /// <param name="subresource">Subresource such as <c>status</c>, or null.</param>
    /// <param name="cancellationToken">Cancels the call; the change may have happened nevertheless.</param>
    /// <returns>The object as stored.</returns>
    /// <exception cref="KubernetesApiException">A guard did not hold (<see cref="KubernetesApiException.IsTestFailed"/>, <see cref="KubernetesApiException.IsConflict"/>)
    /// or another failure. A guard also fails when a repeated attempt meets the effect of the first, so read again before judging.</exception>
    public Task<JsonObject> PatchAsync(
        ResourceKind kind, string? ns, string name, PatchKind patch, JsonNode body, string? subresource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        var query = patch == PatchKind.Apply ? WriteQuery + "&force=true" : WriteQuery;
        return SendAsync(
            new ApiCall("patch", ResourceLabel(kind, subresource), HttpMethod.Patch, $"{kind.Path(ns, name, subresource)}?{query}")
            {
                Body = Bytes(body),
                MediaType = patch switch
                {
                    PatchKind.JsonPatch => "application/json-patch+json",
                    PatchKind.MergePatch => "application/merge-patch+json",
                    PatchKind.StrategicMerge => "application/strategic-merge-patch+json",
                    PatchKind.Apply => "application/apply-patch+yaml", // JSON is YAML; older servers know no other name
                    _ => throw new ArgumentOutOfRangeException(nameof(patch), patch, "unknown kind of patch"),
                },
                IsJsonPatch = patch == PatchKind.JsonPatch,
                Repeatable = patch != PatchKind.JsonPatch || IsRepeatable(body),
            },
            cancellationToken);
    }

    /// <summary>Replaces an object; with <c>metadata.resourceVersion</c> in it only if nobody wrote since.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="body">The whole object, with its name and namespace; not changed.</param>
    /// <param name="cancellationToken">Cancels the call; the change may have happened nevertheless.</param>
    /// <returns>The object as stored.</returns>
    /// <exception cref="KubernetesApiException">A lost race (<see cref="KubernetesApiException.IsConflict"/>) or another failure.</exception>
    public Task<JsonObject> UpdateAsync(ResourceKind kind, JsonObject body, CancellationToken cancellationToken) => PutAsync(kind, body, null, cancellationToken);

    /// <summary>Replaces the status of an object; with <c>metadata.resourceVersion</c> in it only if nobody wrote since.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="body">The whole object, with its name and namespace; only its status is stored. Not changed.</param>
    /// <param name="cancellationToken">Cancels the call; the change may have happened nevertheless.</param>
    /// <returns>The object as stored.</returns>
    /// <exception cref="KubernetesApiException">A lost race (<see cref="KubernetesApiException.IsConflict"/>) or another failure.</exception>
    public Task<JsonObject> ReplaceStatusAsync(ResourceKind kind, JsonObject body, CancellationToken cancellationToken) =>
        PutAsync(kind, body, "status", cancellationToken);

    /// <summary>Deletes an object; what it owns follows in the background.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="ns">Its namespace; null for a kind that has none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="preconditions">What must still hold, or null to delete in any case.</param>
    /// <param name="cancellationToken">Cancels the call; the object may be gone nevertheless.</param>
    /// <returns>True when the server accepted the deletion (finalizers may delay it), false when there was no such object.</returns>
    /// <exception cref="KubernetesApiException">A precondition failed (<see cref="KubernetesApiException.IsConflict"/>) or another failure.</exception>
    public async Task<bool> DeleteAsync(ResourceKind kind, string? ns, string name, DeletePreconditions? preconditions, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = "Background" };
        if (preconditions is not null)
        {
            var conditions = new JsonObject();
            if (preconditions.Uid is { } uid)
            {
                conditions["uid"] = uid;
            }

            if (preconditions.ResourceVersion is { } version)
            {
                conditions["resourceVersion"] = version;
            }

            body["preconditions"] = conditions;
        }

        try
        {
            await SendAsync(new ApiCall("delete", kind.Plural, HttpMethod.Delete, kind.Path(ns, name, null)) { Body = Bytes(body) }, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_mayWrite is not null)
        {
            return; // the connections are another's
        }

        _transport.Dispose();
        _pipelines.Dispose();
    }

    /// <summary>A JSON patch may be sent twice when it guards itself, or only sets members that exist.</summary>
    private static bool IsRepeatable(JsonNode patch)
    {
        var operations = (patch as JsonArray ?? []).OfType<JsonObject>().Select(operation => (string?)operation["op"]).ToList();
        return operations.Contains("test") || operations.TrueForAll(operation => operation == "replace");
    }

    private static string ResourceLabel(ResourceKind kind, string? subresource) => subresource is null ? kind.Plural : $"{kind.Plural}/{subresource}";

    private static string MetadataText(JsonObject page, string member) =>
        page["metadata"] is JsonObject metadata && metadata[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : string.Empty;

    private static string SelectorQuery(string? labelSelector) =>
        string.IsNullOrEmpty(labelSelector) ? string.Empty : $"&labelSelector={Uri.EscapeDataString(labelSelector)}";

    private static byte[] Bytes(JsonNode body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private async Task<ResourceList> ListPagesAsync(
        ResourceKind kind, string? ns, string selectorQuery, int? pageSize, CancellationToken cancellationToken)
    {
        var items = new List<JsonObject>();
        var path = kind.Path(ns, null, null);
        var next = string.Empty;
        while (true)
        {
            var query = (pageSize is { } limit ? string.Create(CultureInfo.InvariantCulture, $"&limit={limit}") : string.Empty)
                        + selectorQuery
                        + (next.Length > 0 ? $"&continue={Uri.EscapeDataString(next)}" : string.Empty);
            var call = new ApiCall("list", kind.Plural, HttpMethod.Get, query.Length > 0 ? $"{path}?{query[1..]}" : path);
            var page = await SendAsync(call, cancellationToken).ConfigureAwait(false);
            items.AddRange(TakeItems(kind, page));
            next = MetadataText(page, "continue");
            if (next.Length == 0)
            {
                return MetadataText(page, "resourceVersion") is { Length: > 0 } version
                    ? new ResourceList(version, items)
                    : throw new KubernetesApiException(200, KubernetesApiException.InvalidResponseReason, $"{call}: the list has no resourceVersion");
            }
        }
    }

    private IEnumerable<JsonObject> TakeItems(ResourceKind kind, JsonObject page)
    {
        foreach (var item in page["items"] as JsonArray ?? [])
        {
            if (ObjectReader.TryRead(kind, item, out var read, out var problem))
            {
                yield return read;
            }
            else
            {
                LogUnreadable(kind.Plural, problem);
            }
        }
    }

    private Task<JsonObject> PutAsync(ResourceKind kind, JsonObject body, string? subresource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        var ns = (string?)body["metadata"]?["namespace"];
        var name = (string?)body["metadata"]?["name"] ?? throw new ArgumentException("the object has no metadata.name", nameof(body));
        return SendAsync(
            new ApiCall("update", ResourceLabel(kind, subresource), HttpMethod.Put, $"{kind.Path(ns, name, subresource)}?{WriteQuery}") { Body = Bytes(body) },
            cancellationToken);
    }

    private Task<JsonObject> SendAsync(ApiCall call, CancellationToken cancellationToken) =>
        _pipelines.ExecuteAsync(
            call,
            token => _mayWrite is null || call.Method == HttpMethod.Get || _mayWrite()
                ? _transport.SendForObjectAsync(call, token)
                : throw new KubernetesApiException(0, KubernetesApiException.FencedReason, $"{call}: not sent, another replica may lead by now"),
            cancellationToken);

    [LoggerMessage(EventId = 2000, Level = LogLevel.Debug, Message = "Repeated a Kubernetes call after {Delay}: {Reason}")]
    private partial void LogRepeated(string reason, TimeSpan delay);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "Left an unreadable object out of a list of {Resource}: {Reason}")]
    private partial void LogUnreadable(string resource, string reason);
}

using System.Net;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Tests.Api;

namespace Canary.Kubernetes.Tests.Leadership;

/// <summary>One Lease with optimistic concurrency, shared by several clients, each with faults of its own.</summary>
internal sealed class LeaseServer
{
    private readonly Lock _lock = new();
    private JsonObject? _lease;
    private int _version = 1;

    public JsonObject? Lease
    {
        get
        {
            lock (_lock)
            {
                return _lease?.DeepClone().AsObject();
            }
        }
    }

    public string Holder => (string?)Lease?["spec"]?["holderIdentity"] ?? "";

    public long Transitions => (long?)Lease?["spec"]?["leaseTransitions"] ?? -1;

    public void Delete()
    {
        lock (_lock)
        {
            _lease = null;
        }
    }

    private (HttpStatusCode Status, string Body) Handle(HttpMethod method, string body)
    {
        lock (_lock)
        {
            if (method == HttpMethod.Get)
            {
                return _lease is null ? Status(404, "NotFound") : (HttpStatusCode.OK, _lease.ToJsonString());
            }

            var written = (JsonObject)JsonNode.Parse(body)!;
            if (method == HttpMethod.Post && _lease is not null)
            {
                return Status(409, "AlreadyExists");
            }

            if (method == HttpMethod.Put)
            {
                if (_lease is null)
                {
                    return Status(404, "NotFound");
                }

                if ((string?)written["metadata"]!["resourceVersion"] != (string?)_lease["metadata"]!["resourceVersion"])
                {
                    return Status(409, "Conflict");
                }
            }

            written["metadata"]!["resourceVersion"] = $"{++_version}";
            _lease = written;
            return (HttpStatusCode.OK, written.ToJsonString());
        }
    }

    private static (HttpStatusCode Status, string Body) Status(int code, string reason) =>
        ((HttpStatusCode)code, $$"""{"kind":"Status","status":"Failure","reason":"{{reason}}","code":{{code}} }""");

    /// <summary>A client's way to the server.</summary>
    internal sealed class Link(LeaseServer server) : DelegatingHandler
    {
        private int _requests;

        public LinkState State { get; set; }

        public int Requests => Volatile.Read(ref _requests);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            var state = State;
            if (state == LinkState.Refuses)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "connection refused");
            }

            if (state == LinkState.Swallows)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            if (state == LinkState.Dead)
            {
                return new HttpResponseMessage(HttpStatusCode.Forbidden);
            }

            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(CancellationToken.None);
            var (status, answer) = server.Handle(request.Method, body);
            if (state == LinkState.LosesAnswers)
            {
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "the connection was closed");
            }

            if (state == LinkState.Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return new HttpResponseMessage(status) { Content = new StringContent(answer) };
        }
    }
}

internal enum LinkState
{
    Works,

    /// <summary>The process is no more: nothing it sends has an effect, and it gives up at once, so that tests need not wait for it.</summary>
    Dead,

    /// <summary>Connections are refused.</summary>
    Refuses,

    /// <summary>Requests vanish without effect and without an answer.</summary>
    Swallows,

    /// <summary>Requests take effect, the connection breaks before the answer.</summary>
    LosesAnswers,

    /// <summary>Requests take effect, the answer never comes.</summary>
    Hangs,
}

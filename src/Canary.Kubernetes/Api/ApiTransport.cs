using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Exceptions;

namespace Canary.Kubernetes.Api;

/// <summary>
/// Sends single requests with the client library's connection, TLS and credentials, and turns every failure into a <see cref="KubernetesApiException"/>.
/// The library's own request method is not used: it reads error bodies without a cancellation token, so a stalled server could hold a call for ever.
/// </summary>
internal sealed class ApiTransport : IDisposable
{
    /// <summary>CRD schemas nest deeper than the parser's default of 64.</summary>
    internal static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 512 };

    /// <summary>Who asks, for the server's audit log: the program and its version.</summary>
    private static readonly ProductInfoHeaderValue Agent = new(
        Assembly.GetEntryAssembly()?.GetName().Name ?? "Canary", typeof(ApiTransport).Assembly.GetName().Version?.ToString(3) ?? "0");

    private const int MaxErrorBodyChars = 64 * 1024;

    private readonly k8s.Kubernetes _client;
    private readonly string? _tlsServerName;
    private readonly Version _httpVersion;
    private readonly TimeProvider _time;
    private readonly ApiMetrics _metrics;
    private bool _disposed;

    public ApiTransport(KubernetesClientConfiguration configuration, TimeProvider time, ApiMetrics metrics, DelegatingHandler[] handlers)
    {
        _time = time;
        _metrics = metrics;
        _tlsServerName = configuration.TlsServerName;
        _httpVersion = configuration.DisableHttp2 ? HttpVersion.Version11 : HttpVersion.Version20;

        var setup = configuration.FirstMessageHandlerSetup;
        try
        {
            configuration.FirstMessageHandlerSetup = handler =>
            {
                // The library's 3 min + 30 s would leave a dead watch unnoticed for as long.
                handler.KeepAlivePingDelay = TimeSpan.FromSeconds(15);
                handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
                handler.ConnectTimeout = TimeSpan.FromSeconds(10);
                setup?.Invoke(handler);
            };
            _client = new k8s.Kubernetes(configuration, handlers);
        }
        finally
        {
            configuration.FirstMessageHandlerSetup = setup;
        }
    }

    /// <summary>Sends a call and reads its answer as a JSON object.</summary>
    public async Task<JsonObject> SendForObjectAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            using var response = await SendAsync(call, cancellationToken).ConfigureAwait(false);
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var node = await JsonNode.ParseAsync(stream, null, DocumentOptions, cancellationToken).ConfigureAwait(false);
            return node as JsonObject ?? throw Unreadable(call, (int)response.StatusCode, null);
        }
        catch (JsonException exception)
        {
            throw Unreadable(call, 200, exception);
        }
        catch (Exception exception) when (IsTransportFailure(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ConnectionFailed(call, exception);
        }
        finally
        {
            _metrics.Observe(call, _time.GetElapsedTime(started));
        }
    }

    /// <summary>Sends a call and returns the successful response once its headers are there; the caller disposes it.</summary>
    public async Task<HttpResponseMessage> SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        HttpResponseMessage? response = null;
        var code = "error";
        try
        {
            using var request = await BuildAsync(call, cancellationToken).ConfigureAwait(false);
            response = await _client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            if (!response.IsSuccessStatusCode)
            {
                throw await ReadErrorAsync(call, response, cancellationToken).ConfigureAwait(false);
            }

            var successful = response;
            response = null;
            return successful;
        }
        catch (OperationCanceledException exception)
        {
            // A cancelled token is the caller's wish; without it, the library's connect timeout ran out.
            code = cancellationToken.IsCancellationRequested ? "cancelled" : "timeout";
            cancellationToken.ThrowIfCancellationRequested();
            throw new KubernetesApiException(0, KubernetesApiException.TimeoutReason, $"{call}: no connection in time", null, exception) { NotSent = true };
        }
        catch (KubeConfigException exception)
        {
            throw CredentialsFailed(call, exception);
        }
        catch (KubernetesClientException exception)
        {
            throw CredentialsFailed(call, exception);
        }
        catch (Exception exception) when (IsTransportFailure(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ConnectionFailed(call, exception);
        }
        finally
        {
            _metrics.Count(call, code);
            response?.Dispose();
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _client.Dispose();
        }
    }

    /// <summary>Whether an exception means that the connection failed, rather than the program.</summary>
    internal static bool IsTransportFailure(Exception exception) => exception is HttpRequestException or IOException or System.Net.Sockets.SocketException;

    internal static KubernetesApiException ConnectionFailed(ApiCall call, Exception exception) =>
        new(0, KubernetesApiException.ConnectionReason, $"{call}: {exception.Message}", null, exception)
        {
            NotSent = exception is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
            },
        };

    private static KubernetesApiException CredentialsFailed(ApiCall call, Exception exception) =>
        new(0, KubernetesApiException.CredentialsReason, $"{call}: {exception.Message}", null, exception) { NotSent = true };

    private static KubernetesApiException Unreadable(ApiCall call, int status, Exception? exception) =>
        new(status, KubernetesApiException.InvalidResponseReason, $"{call}: the answer is not a JSON object", null, exception);

    private async Task<HttpRequestMessage> BuildAsync(ApiCall call, CancellationToken cancellationToken)
    {
        // Relative to the base address, which may have a path of its own (a cluster behind a proxy).
        var request = new HttpRequestMessage(call.Method, new Uri(_client.BaseUri, call.PathAndQuery.TrimStart('/'))) { Version = _httpVersion };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.Add(Agent);
        if (call.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new(call.MediaType);
        }

        if (_client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (!string.IsNullOrWhiteSpace(_tlsServerName))
        {
            request.Headers.Host = _tlsServerName;
        }

        return request;
    }

    private async Task<KubernetesApiException> ReadErrorAsync(ApiCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string body;
        try
        {
            body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsTransportFailure(exception))
        {
            body = string.Empty; // the status alone still says what to do
        }

        var retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return ApiStatus.ToException(call, (int)response.StatusCode, body.Length > MaxErrorBodyChars ? body[..MaxErrorBodyChars] : body, retryAfter);
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;

namespace Canary.Kubernetes.Api;

/// <content>Watches: the lines of a stream, as they come.</content>
public sealed partial class KubernetesApi
{
    /// <summary>Opens a watch, without repeats, and yields its lines as they come: one JSON event each, unparsed.</summary>
    /// <param name="request">What to watch.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>Lines without terminator; each is valid until the next is asked for. The sequence ends when the server closes the stream in an orderly way.</returns>
    /// <exception cref="KubernetesApiException">Refused, broken, or silent for longer than <see cref="WatchRequest.IdleTimeout"/>.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> WatchLinesAsync(WatchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WatchLinesAsync(request, static () => { }, cancellationToken);
    }

    /// <summary>As the public one; <paramref name="opened"/> is called when the server has accepted the watch.</summary>
    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> WatchLinesAsync(
        WatchRequest request, Action opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seconds = Math.Max(1, (long)request.Timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var call = new ApiCall(
            "watch",
            request.Kind.Plural,
            HttpMethod.Get,
            $"{request.Kind.Path(request.Namespace, null, null)}?watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}"
            + $"&resourceVersion={Uri.EscapeDataString(request.ResourceVersion)}{SelectorQuery(request.LabelSelector)}");

        using var response = await OpenWatchAsync(call, cancellationToken).ConfigureAwait(false);
        opened();
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var lines = WatchLineReader.ReadAsync(stream, request.IdleTimeout, _time, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await NextAsync(call, lines, cancellationToken).ConfigureAwait(false))
            {
                yield return lines.Current;
            }
        }
        finally
        {
            await lines.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<bool> NextAsync(ApiCall call, IAsyncEnumerator<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.MoveNextAsync().ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new KubernetesApiException(0, KubernetesApiException.TimeoutReason, $"{call}: {exception.Message}", null, exception);
        }
        catch (InvalidDataException exception)
        {
            throw new KubernetesApiException(200, KubernetesApiException.InvalidResponseReason, $"{call}: {exception.Message}", null, exception);
        }
        catch (Exception exception) when (ApiTransport.IsTransportFailure(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ApiTransport.ConnectionFailed(call, exception);
        }
    }

    private async Task<HttpResponseMessage> OpenWatchAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.WatchResponseTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await _transport.SendAsync(call, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesApiException(
                0, KubernetesApiException.TimeoutReason, $"{call}: no response within {_options.WatchResponseTimeout}", null, exception);
        }
    }
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Engine.Ports;
using Microsoft.Extensions.Options;

namespace Canary.Notifications.Outbound;

/// <summary>Sends to receivers: guarded addresses, no redirects, no proxies of the receiver's choice, a bounded answer. Thread-safe.</summary>
/// <remarks>It tries once: the engine repeats a delivery, under the same id, until it succeeds or a day has gone by.</remarks>
internal sealed class OutboundHttp : IDisposable
{
    private const int MostOfAnAnswer = 64 * 1024;
    private const int MostWords = 200;

    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    private readonly GuardedConnections _connections;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public OutboundHttp(IOptions<NotificationOptions> options, TimeProvider time)
    {
        _connections = new GuardedConnections(new HostPatterns(options.Value.AllowedHosts), new HostPatterns(options.Value.PrivateHosts));
        _time = time;
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = _connections.ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        })
        { Timeout = Timeout.InfiniteTimeSpan }; // the engine's own limits the attempt
    }

    /// <summary>Posts JSON.</summary>
    /// <returns>The answer, or the failure in words that hold no secret.</returns>
    public Task<OutboundAnswer> PostAsync(Uri address, JsonObject body, string? bearer, CancellationToken cancellation) =>
        SendAsync(address, Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json", bearer is null ? [] : [("Authorization", $"Bearer {bearer}")], cancellation);

    /// <summary>Posts a body as it is.</summary>
    public async Task<OutboundAnswer> SendAsync(
        Uri address, byte[] body, string mediaType, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellation)
    {
        if (_connections.Objection(address) is { } objection)
        {
            return new OutboundAnswer(0, null, new DeliveryResult.Failed(objection));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType) { CharSet = "utf-8" };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("canary", null));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            var text = await ReadAsync(response.Content, cancellation).ConfigureAwait(false);
            return new OutboundAnswer((int)response.StatusCode, text, ResultOf(address, response, text));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // an address may be a secret: the host alone is told
            return new OutboundAnswer(0, null, new DeliveryResult.Failed($"{address.IdnHost} could not be reached: {exception.Message}"));
        }
    }

    public void Dispose() => _client.Dispose();

    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        var buffer = new byte[MostOfAnAnswer];
        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    private DeliveryResult ResultOf(Uri address, HttpResponseMessage response, string text)
    {
        var status = (int)response.StatusCode;
        var words = string.Create(CultureInfo.InvariantCulture, $"{address.IdnHost} answered {status}{(text.Length > 0 ? $": {Shortened(text)}" : "")}");
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => new DeliveryResult.Delivered(),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new DeliveryResult.Failed($"{words}; redirects are not followed, write the address that it leads to"),
            // what is wrong with the message itself will be wrong tomorrow
            HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity or HttpStatusCode.Gone => new DeliveryResult.Refused(words),
            _ => new DeliveryResult.Failed(words, RetryAfter(response)),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait && wait > TimeSpan.Zero ? (wait < LongestRetryAfter ? wait : LongestRetryAfter) : null;
    }

    private static string Shortened(string text)
    {
        var line = new string([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter).Take(MostWords)]).Trim();
        return text.Length > MostWords ? $"{line}…" : line;
    }
}

/// <summary>What a receiver answered.</summary>
/// <param name="Status">The HTTP status; 0 when there was no answer.</param>
/// <param name="Text">The body, at most 64 KiB; null when there was no answer.</param>
/// <param name="Result">What the status alone means.</param>
internal sealed record OutboundAnswer(int Status, string? Text, DeliveryResult Result)
{
    /// <summary>The body as a JSON object; null when it is none.</summary>
    public JsonObject? Json
    {
        get
        {
            try
            {
                return Text is null ? null : JsonNode.Parse(Text) as JsonObject;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}

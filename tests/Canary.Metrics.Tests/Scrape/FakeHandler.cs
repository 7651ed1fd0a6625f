using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Canary.Metrics.Tests.Scrape;

/// <summary>Answers requests by a function; counts what was asked and how much at once.</summary>
internal sealed class FakeHandler(Func<Uri, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    private int _current;

    public ConcurrentQueue<HttpRequestMessage> Requests { get; } = [];

    public int Most { get; private set; }

    public static FakeHandler Text(string text) => new((_, _) => Task.FromResult(Answer(text)));

    public static HttpResponseMessage Answer(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "text/plain") };

    public static async Task<HttpResponseMessage> HangAsync(CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return Answer("");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Requests)
        {
            Requests.Enqueue(request);
            Most = Math.Max(Most, ++_current);
        }

        try
        {
            return await answer(request.RequestUri!, cancellationToken); // the source always sets it
        }
        finally
        {
            lock (Requests)
            {
                _current--;
            }
        }
    }
}

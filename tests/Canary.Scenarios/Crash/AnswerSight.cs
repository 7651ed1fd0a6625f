using Canary.Sandbox.ApiServer;

namespace Canary.Scenarios.Crash;

/// <summary>Tells the journal what a real API server carried out for an engine: the server itself tells nobody.</summary>
internal sealed class AnswerSight(CrashCluster cluster) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request is { Content: { } content } && request.Method == HttpMethod.Put ? await content.ReadAsStringAsync(cancellationToken) : null;
        var response = await base.SendAsync(request, cancellationToken);
        if (body is not null)
        {
            var uri = request.RequestUri!; // absolute by the time a handler sees it
            cluster.Answered(new ApiRequestObservation("update", uri.AbsolutePath, uri.Query, "", body, (int)response.StatusCode));
        }

        return response;
    }
}

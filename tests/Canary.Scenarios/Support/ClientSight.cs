using Canary.Sandbox.ApiServer;
using Microsoft.AspNetCore.Http;

namespace Canary.Scenarios.Support;

/// <summary>What a client of a real API server does, seen and disturbed at the client: the server itself lets nobody in between.</summary>
/// <param name="running">Keeps the journal and the faults.</param>
/// <param name="faults">Whether the faults meet this client.</param>
internal sealed class ClientSight(SharedCluster.Running running, bool faults) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!; // absolute by the time a handler sees it
        if (faults && await FaultAsync(request, uri, cancellationToken) is { } answered)
        {
            return answered;
        }

        var body = request.Method == HttpMethod.Get || request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        running.Journal.Note(new ApiRequestObservation(VerbOf(request.Method.Method), uri.AbsolutePath, uri.Query, "", body, (int)response.StatusCode));
        return response;
    }

    private static string VerbOf(string method) => method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "get",
    };

    private async Task<HttpResponseMessage?> FaultAsync(HttpRequestMessage request, Uri uri, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestAborted = cancellationToken };
        http.Request.Method = request.Method.Method;
        http.Request.Path = uri.AbsolutePath;
        http.Request.QueryString = new QueryString(uri.Query);
        http.Response.Body = body;
        if (!await running.FaultsAsync(http))
        {
            return null;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new HttpResponseMessage((System.Net.HttpStatusCode)http.Response.StatusCode) { RequestMessage = request, Content = new ByteArrayContent(body.ToArray()) };
    }
}

using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Canary.Sandbox.ApiServer;

/// <summary>Serves one watch until it times out, its client leaves, it falls behind, or the server stops.</summary>
internal sealed class WatchStreamer(SandboxApiServerOptions options, TimeProvider time, ObjectWriter writer, WatchGate gate)
{
    public async Task StreamAsync(ApiRequest request, ResourceView view, ResourceStore store, WatchFilter filter, CancellationToken stopping)
    {
        if (request.Query("sendInitialEvents") is not null)
        {
            throw new ApiException(422, "Invalid", "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
        }

        AcceptedForm.Of(request.Accept); // refuse before the stream begins
        var after = ListPage.ParseRevision(request.Query("resourceVersion"));
        var response = request.Http.Response;
        response.ContentType = "application/json;stream=watch";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Http.RequestAborted, stopping);
        using var timeout = new CancellationTokenSource(Timeout(request), time);
        await response.StartAsync(ending.Token).ConfigureAwait(false);

        Watcher watcher;
        try
        {
            watcher = store.Watch(filter, after);
        }
        catch (ApiException tooOld)
        {
            await WriteErrorAsync(response, tooOld, ending.Token).ConfigureAwait(false);
            return;
        }

        using (watcher)
        using (gate.Enter(watcher, request))
        using (timeout.Token.Register(() => End(store, watcher, request)))
        using (Bookmarks(request, store, watcher))
        {
            await response.BodyWriter.FlushAsync(ending.Token).ConfigureAwait(false);
            await PumpAsync(request, view, watcher.Events, ending.Token).ConfigureAwait(false);
        }
    }

    private async Task PumpAsync(ApiRequest request, ResourceView view, ChannelReader<WatchEvent> events, CancellationToken ending)
    {
        var output = request.Http.Response.BodyWriter;
        var isFirst = true;
        while (await events.WaitToReadAsync(ending).ConfigureAwait(false))
        {
            await gate.PassAsync(ending).ConfigureAwait(false);
            while (events.TryRead(out var seen))
            {
                writer.WatchLine(output, request, view, seen, isFirst);
                isFirst &= seen.Object is null;
                if (output.UnflushedBytes > 64 * 1024)
                {
                    await output.FlushAsync(ending).ConfigureAwait(false);
                }
            }

            await output.FlushAsync(ending).ConfigureAwait(false);
        }
    }

    // a last bookmark spares the client a relist, as a real server does
    private static void End(ResourceStore store, Watcher watcher, ApiRequest request)
    {
        if (WantsBookmarks(request))
        {
            store.PushBookmark(watcher);
        }

        watcher.Complete();
    }

    private ITimer? Bookmarks(ApiRequest request, ResourceStore store, Watcher watcher) => WantsBookmarks(request)
        ? time.CreateTimer(_ => store.PushBookmark(watcher), null, options.BookmarkInterval, options.BookmarkInterval)
        : null;

    private static bool WantsBookmarks(ApiRequest request) => request.Query("allowWatchBookmarks") is "true" or "1";

    private TimeSpan Timeout(ApiRequest request) =>
        int.TryParse(request.Query("timeoutSeconds"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : options.WatchTimeout;

    private static async Task WriteErrorAsync(HttpResponse response, ApiException error, CancellationToken cancellation)
    {
        var line = new System.Text.Json.Nodes.JsonObject { ["type"] = "ERROR", ["object"] = error.ToStatus() };
        JsonTree.Write(line, response.BodyWriter);
        await response.BodyWriter.WriteAsync("\n"u8.ToArray(), cancellation).ConfigureAwait(false);
    }
}

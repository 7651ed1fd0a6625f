using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Sandbox.Tests.Controllers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canary.Sandbox.Tests.Mesh;

/// <summary>A pod that keeps what it was sent and answers as told.</summary>
internal sealed class EchoPod : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoPod(string name, string hash, Func<HttpContext, int, Task> answer)
    {
        (Name, Hash) = (name, hash);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(context =>
        {
            var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            Received.Enqueue((context.Request.Path + context.Request.QueryString.Value, headers));
            context.Response.Headers["x-pod"] = name;
            return answer(context, Received.Count);
        });
    }

    public string Name { get; }

    public string Hash { get; }

    public ConcurrentQueue<(string Path, Dictionary<string, string> Headers)> Received { get; } = new();

    /// <summary>The Pod object, ready, on this pod's address.</summary>
    public JsonObject Resource
    {
        get
        {
            var pod = ClusterObjects.Pod(Name, Hash, address: "127.0.0.1");
            var port = new Uri(_app.Urls.First()).Port;
            pod["spec"]!["containers"]![0]!["ports"]![0]!["containerPort"] = port;
            return pod;
        }
    }

    public static Task<EchoPod> StartAsync(string name, string hash, int status = 200) => StartAsync(name, hash, (context, _) =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(status.ToString(CultureInfo.InvariantCulture));
    });

    public static async Task<EchoPod> StartAsync(string name, string hash, Func<HttpContext, int, Task> answer)
    {
        var pod = new EchoPod(name, hash, answer);
        await pod._app.StartAsync();
        return pod;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

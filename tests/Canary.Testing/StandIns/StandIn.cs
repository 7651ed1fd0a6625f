using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Canary.Testing.StandIns;

/// <summary>A service on a loopback port that writes every request down and answers as a test says.</summary>
public sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandIn(WebApplication app, Func<Asked, Answer> answer)
    {
        _app = app;
        OnRequest = asked => Task.FromResult(answer(asked));
    }

    public ConcurrentQueue<Asked> Requests { get; } = [];

    public Func<Asked, Task<Answer>> OnRequest { get; set; }

    public Uri Address => new(_app.Urls.Single());

    public static async Task<StandIn> StartAsync(CancellationToken cancellation, Func<Asked, Answer>? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var standIn = new StandIn(app, answer ?? (_ => new Answer(200, "ok")));
        app.Run(standIn.ServeAsync);
        await app.StartAsync(cancellation);
        return standIn;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var asked = new Asked(
            context.Request.Method, $"{context.Request.Path}{context.Request.QueryString}", context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body);
        Requests.Enqueue(asked);
        var answer = await OnRequest(asked).WaitAsync(context.RequestAborted);
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers ?? [])
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }
}

/// <summary>A request as it came.</summary>
public sealed record Asked(string Method, string Path, Dictionary<string, string> Headers, string Body)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}

/// <summary>What is answered.</summary>
public sealed record Answer(int Status, string Body, Dictionary<string, string>? Headers = null);

using System.Net;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Xunit;
using static Canary.Kubernetes.Tests.Api.ApiHarness;

namespace Canary.Kubernetes.Tests.Api;

public sealed class KubernetesApiTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetAsync_UnknownFields_AreKept()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", Token);

        var request = await harness.Server.NextAsync();
        request.Respond("""{"metadata":{"name":"a"},"future":{"number":1.50,"big":12345678901234567890123}}""");

        Assert.Equal("""{"metadata":{"name":"a"},"future":{"number":1.50,"big":12345678901234567890123}}""", (await call).ToJsonString());
        Assert.Equal("/apis/apps/v1/namespaces/shop/deployments/a", request.PathAndQuery);
    }

    [Fact]
    public async Task FindAsync_NotFound_IsNull()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.FindAsync(ResourceKind.Deployments, "shop", "a", Token);

        (await harness.Server.NextAsync()).RespondStatus(404, "NotFound");

        Assert.Null(await call);
    }

    [Theory]
    [InlineData(PatchKind.JsonPatch, "application/json-patch+json", "fieldManager=canary&fieldValidation=Strict")]
    [InlineData(PatchKind.MergePatch, "application/merge-patch+json", "fieldManager=canary&fieldValidation=Strict")]
    [InlineData(PatchKind.StrategicMerge, "application/strategic-merge-patch+json", "fieldManager=canary&fieldValidation=Strict")]
    [InlineData(PatchKind.Apply, "application/apply-patch+yaml", "fieldManager=canary&fieldValidation=Strict&force=true")]
    public async Task PatchAsync_EveryKind_NamesManagerAndAsksForStrictness(PatchKind kind, string mediaType, string query)
    {
        using var harness = new ApiHarness();
        var call = harness.Api.PatchAsync(ResourceKind.Rollouts, "shop", "a", kind, new JsonObject { ["x"] = 1 }, "status", Token);

        var request = await harness.Server.NextAsync();
        request.Respond("{}");
        await call;

        Assert.Equal(HttpMethod.Patch, request.Method);
        Assert.Equal(("/apis/canary.dev/v1alpha1/namespaces/shop/rollouts/a/status?" + query, mediaType, """{"x":1}"""), (request.PathAndQuery, request.MediaType, request.Body));
    }

    [Fact]
    public async Task UpdateAndStatus_Body_GiveThePath()
    {
        using var harness = new ApiHarness();
        var body = CacheBody();

        var update = harness.Api.UpdateAsync(ResourceKind.Deployments, body, Token);
        var first = await harness.Server.NextAsync();
        first.Respond("{}");
        await update;
        var status = harness.Api.ReplaceStatusAsync(ResourceKind.Deployments, body, Token);
        var second = await harness.Server.NextAsync();
        second.Respond("{}");
        await status;

        Assert.StartsWith("/apis/apps/v1/namespaces/shop/deployments/a?", first.PathAndQuery, StringComparison.Ordinal);
        Assert.StartsWith("/apis/apps/v1/namespaces/shop/deployments/a/status?", second.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteAsync_Preconditions_AreSentAndAbsenceIsFalse()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.DeleteAsync(ResourceKind.ReplicaSets, "shop", "a", new DeletePreconditions("u1", "7"), Token);

        var request = await harness.Server.NextAsync();
        request.RespondStatus(404, "NotFound");

        Assert.False(await call);
        Assert.Equal(
            """{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","preconditions":{"uid":"u1","resourceVersion":"7"}}""", request.Body);
    }

    [Fact]
    public async Task Calls_RefusedThenBusyThenBroken_AreRepeated()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", Token);

        (await harness.Server.NextAsync()).Refuse();
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondStatus(500, "InternalError");
        (await harness.Server.NextAsync(harness.Time, Tick)).Break();
        (await harness.Server.NextAsync(harness.Time, Tick)).Respond("{}");

        await call;
        Assert.Equal(4, harness.Server.Received);
    }

    [Fact]
    public async Task Calls_AllAttemptsFail_ThrowTheLast()
    {
        using var harness = new ApiHarness(new KubernetesApiOptions { Attempts = 2 });
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", Token);

        (await harness.Server.NextAsync()).RespondStatus(500, "InternalError");
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondStatus(503, "ServiceUnavailable");

        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);
        Assert.Equal((503, "ServiceUnavailable", true), (failure.StatusCode, failure.Reason, failure.IsTransient));
    }

    [Fact]
    public async Task Calls_RetryAfter_IsHonoured()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", Token);
        (await harness.Server.NextAsync()).RespondStatus(429, "TooManyRequests", TimeSpan.FromSeconds(6));

        var repeated = await harness.Server.NextAsync(harness.Time, Tick);
        repeated.Respond("{}");
        await call;

        Assert.Contains(TimeSpan.FromSeconds(6), harness.Time.Timers);
    }

    [Fact]
    public async Task Calls_RetryAfterBeyondTheTotal_FailAtOnceAndSaySo()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", Token);

        (await harness.Server.NextAsync()).RespondStatus(429, "TooManyRequests", TimeSpan.FromMinutes(5));

        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);
        Assert.Equal(TimeSpan.FromMinutes(5), failure.RetryAfter);
        Assert.Equal(1, harness.Server.Received);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(410)]
    [InlineData(422)]
    public async Task Calls_Refusals_AreNotRepeated(int status)
    {
        using var harness = new ApiHarness();
        var call = harness.Api.UpdateAsync(ResourceKind.Deployments, CacheBody(), Token);

        (await harness.Server.NextAsync()).RespondStatus(status, "Because");

        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);
        Assert.Equal((status, false, status == 409, status == 410), (failure.StatusCode, failure.IsTransient, failure.IsConflict, failure.IsGone));
        Assert.Contains("because Because", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateAsync_RefusedOrBusy_IsRepeated()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.CreateAsync(ResourceKind.Deployments, "shop", CacheBody(), Token);

        (await harness.Server.NextAsync()).Refuse();
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondStatus(429, "TooManyRequests");
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondStatus(503, "ServiceUnavailable");
        (await harness.Server.NextAsync(harness.Time, Tick)).Respond("{}", HttpStatusCode.Created);

        await call;
    }

    [Theory]
    [InlineData(500)]
    [InlineData(504)]
    [InlineData(0)]
    public async Task CreateAsync_MayHaveHappened_IsNotRepeated(int status)
    {
        using var harness = new ApiHarness();
        var call = harness.Api.CreateAsync(ResourceKind.Deployments, "shop", CacheBody(), Token);

        var request = await harness.Server.NextAsync();
        if (status == 0)
        {
            request.Break();
        }
        else
        {
            request.RespondStatus(status, "Because");
        }

        Assert.Equal(status, (await Assert.ThrowsAsync<KubernetesApiException>(() => call)).StatusCode);
        Assert.Equal(1, harness.Server.Received);
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/x/-","value":1}]""", false)]
    [InlineData("""[{"op":"test","path":"/metadata/resourceVersion","value":"5"},{"op":"add","path":"/x/-","value":1}]""", true)]
    [InlineData("""[{"op":"replace","path":"/x","value":1}]""", true)]
    public async Task PatchAsync_JsonPatchMayHaveHappened_IsRepeatedOnlyWhenSafe(string patch, bool repeated)
    {
        using var harness = new ApiHarness();
        var call = harness.Api.PatchAsync(ResourceKind.Deployments, "shop", "a", PatchKind.JsonPatch, JsonNode.Parse(patch)!, null, Token);
        (await harness.Server.NextAsync()).Break();

        if (repeated)
        {
            (await harness.Server.NextAsync(harness.Time, Tick)).Respond("{}");
            await call;
        }
        else
        {
            var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);
            Assert.Equal(KubernetesApiException.ConnectionReason, failure.Reason);
        }
    }

    [Fact]
    public async Task PatchAsync_TestDoesNotHold_IsTestFailed()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.PatchAsync(ResourceKind.Deployments, "shop", "a", PatchKind.JsonPatch, new JsonArray(), null, Token);

        (await harness.Server.NextAsync()).Respond(
            """{"kind":"Status","status":"Failure","message":"the server rejected our request due to an error in our request","reason":"Invalid","details":{},"code":422}""",
            HttpStatusCode.UnprocessableEntity);

        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);
        Assert.True(failure.IsTestFailed);
        Assert.False(failure.IsConflict);
    }

    [Fact]
    public async Task PatchAsync_InvalidField_IsNotTestFailedAndNamesTheField()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.PatchAsync(ResourceKind.Deployments, "shop", "a", PatchKind.JsonPatch, new JsonArray(), null, Token);

        (await harness.Server.NextAsync()).RespondStatus(
            422, "Invalid", null, """{"causes":[{"reason":"FieldValueInvalid","message":"must be positive","field":"spec.replicas"}]}""");

        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);
        Assert.False(failure.IsTestFailed);
        Assert.Equal([new StatusCause("FieldValueInvalid", "spec.replicas", "must be positive")], failure.Causes);
    }

    [Fact]
    public async Task Calls_NoAnswer_TimeOutPerAttemptAndInTotal()
    {
        using var harness = new ApiHarness();
        var began = harness.Time.GetUtcNow();
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", Token);

        await harness.Time.AdvanceUntilAsync(() => call.IsCompleted, Tick);

        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);
        Assert.Equal((0, KubernetesApiException.TimeoutReason, true), (failure.StatusCode, failure.Reason, failure.IsTransient));
        Assert.InRange(harness.Time.GetUtcNow() - began, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(32));
        Assert.Equal(3, harness.Server.Received);
    }

    [Fact]
    public async Task Calls_ErrorBodyThatNeverEnds_TimeOut()
    {
        using var harness = new ApiHarness(new KubernetesApiOptions { Attempts = 1 });
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", Token);
        (await harness.Server.NextAsync()).Answer.SetResult(new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StreamContent(new WatchStream()) });

        await harness.Time.AdvanceUntilAsync(() => call.IsCompleted, TimeSpan.FromSeconds(1));

        Assert.Equal(KubernetesApiException.TimeoutReason, (await Assert.ThrowsAsync<KubernetesApiException>(() => call)).Reason);
    }

    [Fact]
    public async Task Calls_CancelledByCaller_PassCancellationThrough()
    {
        using var harness = new ApiHarness();
        using var cancel = new CancellationTokenSource();
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", cancel.Token);
        await harness.Server.NextAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData("<html>gateway</html>")]
    [InlineData("[1]")]
    [InlineData("")]
    public async Task Calls_AnswerIsNoObject_IsATransientFailure(string body)
    {
        using var harness = new ApiHarness(new KubernetesApiOptions { Attempts = 1 });
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", Token);

        (await harness.Server.NextAsync()).Respond(body);

        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);
        Assert.Equal((KubernetesApiException.InvalidResponseReason, true), (failure.Reason, failure.IsTransient));
    }

    [Fact]
    public async Task Calls_MoreThanAllowedAtOnce_WaitTheirTurn()
    {
        using var harness = new ApiHarness(new KubernetesApiOptions { MaxConcurrentRequests = 2 });
        var calls = Enumerable.Range(0, 3).Select(number => harness.Api.GetAsync(ResourceKind.Deployments, "shop", $"a{number}", Token)).ToList();
        var first = await harness.Server.NextAsync();
        await harness.Server.NextAsync();
        Assert.Equal(2, harness.Server.Received);

        first.Respond("{}");

        Assert.EndsWith("a2", (await harness.Server.NextAsync()).PathAndQuery, StringComparison.Ordinal);
        await calls[0];
    }

    [Fact]
    public async Task Metrics_EveryAttempt_IsCountedByCode()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.PatchAsync(ResourceKind.Deployments, "shop", "a", PatchKind.MergePatch, new JsonObject(), "scale", Token);
        (await harness.Server.NextAsync()).Break();
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondStatus(503, "ServiceUnavailable");
        (await harness.Server.NextAsync(harness.Time, Tick)).Respond("{}");
        await call;

        using var text = new MemoryStream();
        await harness.Registry.CollectAndExportAsTextAsync(text, Token);
        var exported = System.Text.Encoding.UTF8.GetString(text.ToArray());

        foreach (var code in new[] { "error", "503", "200" })
        {
            Assert.Contains($"canary_kubernetes_requests_total{{verb=\"patch\",resource=\"deployments/scale\",code=\"{code}\"}} 1", exported, StringComparison.Ordinal);
        }

        Assert.Contains("canary_kubernetes_request_duration_seconds_count{verb=\"patch\",resource=\"deployments/scale\"} 3", exported, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResolveServedAsync_OnlyOlderVersionServesTheKind_FallsBack()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.ResolveServedAsync(ResourceKind.VirtualServices, ["v1beta1", "v1alpha3"], Token);

        (await harness.Server.NextAsync()).Respond("""{"kind":"APIGroup","versions":[{"version":"v1beta1"},{"version":"v1"}]}""");
        (await harness.Server.NextAsync()).Respond("""{"kind":"APIResourceList","resources":[{"name":"proxyconfigs"}]}""");
        var last = await harness.Server.NextAsync();
        last.Respond("""{"kind":"APIResourceList","resources":[{"name":"virtualservices"},{"name":"virtualservices/status"}]}""");

        Assert.Equal(ResourceKind.VirtualServices with { Version = "v1beta1" }, await call);
        Assert.Equal("/apis/networking.istio.io/v1beta1", last.PathAndQuery);
    }

    [Fact]
    public async Task ResolveServedAsync_GroupUnknown_IsNull()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.ResolveServedAsync(ResourceKind.VirtualServices, ["v1beta1"], Token);

        (await harness.Server.NextAsync()).RespondStatus(404, "NotFound");

        Assert.Null(await call);
    }

    [Fact]
    public void Options_WrongValues_AreNamed()
    {
        var result = new KubernetesApiOptionsValidator().Validate(
            null, new KubernetesApiOptions { Attempts = 0, AttemptTimeout = TimeSpan.FromSeconds(20), TotalTimeout = TimeSpan.FromSeconds(10) });

        Assert.True(result.Failed);
        Assert.Contains("Attempts", result.FailureMessage, StringComparison.Ordinal);
        Assert.True(new KubernetesApiOptionsValidator().Validate(null, new KubernetesApiOptions()).Succeeded);
        Assert.Contains(
            "TotalTimeout is",
            new KubernetesApiOptionsValidator().Validate(null, new KubernetesApiOptions { TotalTimeout = TimeSpan.FromSeconds(5) }).FailureMessage,
            StringComparison.Ordinal);
    }

    private static JsonObject CacheBody() => (JsonObject)JsonNode.Parse(Deployment("a", 5))!;
}

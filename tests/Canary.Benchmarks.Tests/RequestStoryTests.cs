using Canary.Benchmarks.Scale;
using Canary.Sandbox.ApiServer;

namespace Canary.Benchmarks.Tests;

public sealed class RequestStoryTests
{
    private const string Deployment = "/apis/apps/v1/namespaces/shop/deployments/checkout";
    private const string Rollout = "/apis/canary.dev/v1alpha1/namespaces/shop/rollouts/checkout/status";

    [Fact]
    public void Of_Requests_CountsByVerbAndResource()
    {
        var story = RequestStory.Of("promoted", [Seen("get", Deployment), Seen("update", Rollout, "{\"a\":1}"), Seen("update", Rollout, "{\"a\":2}"), Seen("create", "/api/v1/namespaces/shop/events", "{}")]);

        Assert.Equal(1, story.Counts[("get", "deployments")]);
        Assert.Equal(2, story.Counts[("update", "rollouts/status")]);
        Assert.Equal(1, story.Counts[("create", "events")]);
        Assert.Empty(story.Repeated);
    }

    [Fact]
    public void Of_StatusWrittenAgainWithAnotherVersionOnly_IsRepeated()
    {
        var story = RequestStory.Of("promoted", [Seen("update", Rollout, Body(1, "x")), Seen("update", Rollout, Body(2, "x")), Seen("update", Rollout, Body(3, "y"))]);

        Assert.Equal([$"update {Rollout}"], story.Repeated);
    }

    [Fact]
    public void Of_ReadAgainBeforeAnythingWasWritten_IsRepeated()
    {
        Assert.Equal([$"get {Deployment}"], RequestStory.Of("", [Seen("get", Deployment), Seen("get", Deployment)]).Repeated);
        Assert.Empty(RequestStory.Of("", [Seen("get", Deployment), Seen("update", Rollout, "{}"), Seen("get", Deployment)]).Repeated);
    }

    [Fact]
    public void WithoutReason_UnknownKind_IsNamed()
    {
        var story = RequestStory.Of("promoted", [Seen("get", Deployment), Seen("patch", "/api/v1/namespaces/shop/services/checkout", "{}")]);

        Assert.Equal(["patch services"], RequestsReport.WithoutReason([story]));
        Assert.Contains("**no reason known**", RequestsReport.Write([story]), StringComparison.Ordinal);
    }

    private static string Body(int version, string message) => $"{{\"metadata\":{{\"name\":\"checkout\",\"resourceVersion\":\"{version}\"}},\"status\":{{\"message\":\"{message}\"}}}}";

    private static ApiRequestObservation Seen(string verb, string path, string body = "") => new(verb, path, "", "Canary.Controller/0.1.0", body, 200);
}

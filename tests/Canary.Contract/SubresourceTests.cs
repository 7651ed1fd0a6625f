using Canary.Contract.Support;
using Canary.Sandbox.ApiServer;
using Xunit;
using static Canary.Contract.Support.Samples;

namespace Canary.Contract;

/// <summary>Status and scale are doors of their own.</summary>
public sealed class SubresourceTests(Servers servers)
{
    [Theory, OnBothServers]
    public async Task Status_OfABuiltInKind_IsSeparateFromTheSpec(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.Pods, """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"shop/web:v1"}]},"status":{"message":"from the start"}}""");

        var main = await place.DoAsync("PATCH", place.Pods + "/p", """{"status":{"message":"by the main door"}}""", Place.MergePatch);
        var status = await place.DoAsync("PATCH", place.Pods + "/p/status", """{"spec":{"containers":[{"name":"a","image":"other"}]},"status":{"message":"by its own"}}""", Place.MergePatch);

        Assert.Null(main.Text("status", "message"));
        Assert.Equal(("by its own", "shop/web:v1"), (status.Text("status", "message"), status.Items("spec", "containers")![0].Text("image")));
    }

    [Theory, OnBothServers]
    public async Task Status_OfACustomResource_IsSeparateFromTheSpec(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widgets = place.Of(WidgetGroup, "v1", "widgets");
        var created = await place.DoAsync("POST", widgets, Widget("w").Replace("\"spec\"", "\"status\":{\"x\":1},\"spec\"", StringComparison.Ordinal));

        var main = await place.DoAsync("PATCH", widgets + "/w", """{"status":{"x":1}}""", Place.MergePatch);
        var patched = await place.DoAsync("PATCH", widgets + "/w/status", """{"metadata":{"labels":{"a":"b"}},"spec":{"mode":"slow"},"status":{"x":2}}""", Place.MergePatch);

        Assert.Null(created["status"]);
        Assert.Null(main["status"]);
        Assert.Equal(("fast", 2, 1), (patched.Text("spec", "mode"), patched.Whole("status", "x"), patched.Whole("metadata", "generation")));
        Assert.Null(patched.Fields("metadata", "labels"));
    }

    /// <summary>The fence of every effect: an unchanged status, sent with the version that was read.</summary>
    [Theory, OnBothServers]
    public async Task Status_ReplacedUnchanged_KeepsTheVersionAndAStaleOneConflicts(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widgets = place.Of(WidgetGroup, "v1", "widgets");
        await place.DoAsync("POST", widgets, Widget("w"));
        var stored = await place.DoAsync("PATCH", widgets + "/w/status", """{"status":{"phase":"Healthy"}}""", Place.MergePatch);

        var fenced = await place.DoAsync("PUT", widgets + "/w/status", stored.ToJsonString());
        await place.DoAsync("PATCH", widgets + "/w", """{"metadata":{"annotations":{"a":"b"}}}""", Place.MergePatch);
        var refused = await place.RefusedAsync(409, "PUT", widgets + "/w/status", stored.ToJsonString());

        Assert.Equal(stored.Text("metadata", "resourceVersion"), fenced.Text("metadata", "resourceVersion"));
        Assert.Equal("Conflict", refused.Text("reason"));
    }

    [Theory, OnBothServers]
    public async Task Scale_OfADeployment_ReadsAndWritesReplicas(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.Deployments, Deployment(0));

        var patched = await place.DoAsync("PATCH", place.Deployments + "/web/scale", """{"spec":{"replicas":3}}""", Place.MergePatch);
        var scale = await place.UntilAsync(place.Deployments + "/web/scale", (_, seen) => seen.Whole("status", "replicas") == 3, "three pods");

        Assert.Equal(("Scale", "autoscaling/v1", 3), (patched.Text("kind"), patched.Text("apiVersion"), patched.Whole("spec", "replicas")));
        Assert.Equal("app=web", scale.Text("status", "selector"));
        Assert.Equal(3, (await place.GetAsync(place.Deployments + "/web")).Whole("spec", "replicas"));
    }

    [Theory, OnBothServers]
    public async Task Scale_ReplacedAtAStaleVersion_Conflicts(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.Deployments, Deployment(0));
        var scale = await place.GetAsync(place.Deployments + "/web/scale");
        await place.DoAsync("PATCH", place.Deployments + "/web", """{"metadata":{"labels":{"x":"y"}}}""", Place.MergePatch);
        scale["spec"]!["replicas"] = 1;

        await place.RefusedAsync(409, "PUT", place.Deployments + "/web/scale", scale.ToJsonString());
    }

    [Theory, OnBothServers]
    public async Task Scale_OfACustomResource_UsesThePathsOfTheDefinition(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widgets = place.Of(WidgetGroup, "v1", "widgets");
        await place.DoAsync("POST", widgets, Widget("w"));
        await place.DoAsync("PATCH", widgets + "/w/status", """{"status":{"replicas":3,"selector":"app=w"}}""", Place.MergePatch);

        await place.DoAsync("PATCH", widgets + "/w/scale", """{"spec":{"replicas":4}}""", Place.MergePatch);
        var scale = await place.GetAsync(widgets + "/w/scale");

        Assert.Equal((4, 3, "app=w"), (scale.Whole("spec", "replicas"), scale.Whole("status", "replicas"), scale.Text("status", "selector")));
    }
}

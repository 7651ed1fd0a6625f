using System.Globalization;
using Canary.Contract.Support;
using Canary.Sandbox.ApiServer;
using Xunit;
using static Canary.Contract.Support.Samples;

namespace Canary.Contract;

/// <summary>Each kind of patch, and what guards it.</summary>
public sealed class PatchTests(Servers servers)
{
    [Theory, OnBothServers]
    public async Task JsonPatch_WhoseTestFails_IsInvalidAndChangesNothing(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));
        await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w"));

        foreach (var path in new[] { place.ConfigMaps + "/a", place.Of(WidgetGroup, "v1", "widgets") + "/w" })
        {
            var refused = await place.RefusedAsync(422, "PATCH", path, """[{"op":"test","path":"/metadata/name","value":"z"},{"op":"add","path":"/metadata/labels","value":{"x":"y"}}]""", Place.JsonPatch);

            Assert.Equal("Invalid", refused.Text("reason"));
            Assert.Null((await place.GetAsync(path)).Text("metadata", "labels", "x"));
        }
    }

    [Theory, OnBothServers]
    public async Task JsonPatch_WhoseTestHolds_IsDone(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));

        var patched = await place.DoAsync("PATCH", place.ConfigMaps + "/a",
            """[{"op":"test","path":"/data/a","value":"1"},{"op":"replace","path":"/data/a","value":"2"},{"op":"move","from":"/data/a","path":"/data/b"},{"op":"add","path":"/metadata/annotations","value":{}},{"op":"add","path":"/metadata/annotations/example.dev~1x","value":"3"}]""", Place.JsonPatch);

        Assert.Equal("""{"b":"2"}""", patched.At("data")!.ToJsonString());
        Assert.Equal("""{"example.dev/x":"3"}""", patched.At("metadata", "annotations")!.ToJsonString());
    }

    // "replace" of a missing field is left out: 1.20 adds it, newer servers refuse it, and the engine always guards it by a "test"
    [Theory]
    [OnBothServers("""[{"op":"remove","path":"/data/missing"}]""")]
    [OnBothServers("""[{"op":"add","path":"/missing/deep/field","value":"1"}]""")]
    [OnBothServers("""[{"op":"test","path":"/data/missing","value":"1"}]""")]
    public async Task JsonPatch_OfWhatIsNotThere_IsInvalid(string server, string patch)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));

        await place.RefusedAsync(422, "PATCH", place.ConfigMaps + "/a", patch, Place.JsonPatch);
    }

    [Theory, OnBothServers]
    public async Task JsonPatch_OfAListByIndex_TouchesThatItemOnly(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widgets = place.Of(WidgetGroup, "v1", "widgets");
        await place.DoAsync("POST", widgets, Widget("w", """{"mode":"fast","steps":[{"weight":1},{"weight":2}]}"""));

        var patched = await place.DoAsync("PATCH", widgets + "/w", """[{"op":"test","path":"/spec/steps/1/weight","value":2},{"op":"replace","path":"/spec/steps/1/weight","value":50},{"op":"add","path":"/spec/steps/0","value":{"weight":0}}]""", Place.JsonPatch);

        Assert.Equal("""[{"weight":0},{"weight":1},{"weight":50}]""", patched.At("spec", "steps")!.ToJsonString());
    }

    [Theory, OnBothServers]
    public async Task MergePatch_ReplacesListsAndRemovesNulls(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widgets = place.Of(WidgetGroup, "v1", "widgets");
        await place.DoAsync("POST", widgets, Widget("w", """{"mode":"fast","pattern":"a","steps":[{"weight":1},{"weight":2}]}"""));

        var patched = await place.DoAsync("PATCH", widgets + "/w", """{"spec":{"pattern":null,"steps":[{"weight":9}]}}""", Place.MergePatch);

        Assert.Equal(("""[{"weight":9}]""", null, "fast"), (patched.At("spec", "steps")!.ToJsonString(), patched.Text("spec", "pattern"), patched.Text("spec", "mode")));
    }

    [Theory, OnBothServers]
    public async Task MergePatch_WithAStaleResourceVersion_Conflicts(string server)
    {
        var place = await servers.OpenAsync(server);
        var created = await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));
        var version = created.Text("metadata", "resourceVersion");
        await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"data":{"b":"2"}}""", Place.MergePatch);

        var refused = await place.RefusedAsync(409, "PATCH", place.ConfigMaps + "/a", $$$"""{"metadata":{"resourceVersion":"{{{version}}}"},"data":{"c":"3"}}""", Place.MergePatch);

        Assert.Equal("Conflict", refused.Text("reason"));
    }

    [Theory, OnBothServers]
    public async Task MergePatch_NothingChanged_KeepsTheResourceVersion(string server)
    {
        var place = await servers.OpenAsync(server);
        var created = await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));

        var patched = await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"data":{"a":"1"}}""", Place.MergePatch);

        Assert.Equal(created.Text("metadata", "resourceVersion"), patched.Text("metadata", "resourceVersion"));
    }

    [Theory, OnBothServers]
    public async Task MergePatch_ManyAtOnce_LosesNone(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));

        // a server gives up after five lost races within one patch, so one conflict may come back and is tried again
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async index =>
        {
            while ((await place.SendAsync("PATCH", place.ConfigMaps + "/a", $$$"""{"data":{"k{{{index}}}":"x"}}""", Place.MergePatch)).Code == 409)
            {
                await Task.Yield();
            }
        }));

        Assert.Equal(21, (await place.GetAsync(place.ConfigMaps + "/a")).Fields("data")!.Count);
    }

    [Theory, OnBothServers]
    public async Task StrategicMerge_OfContainers_MergesByName(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.Deployments, Deployment(0));

        var patched = await place.DoAsync("PATCH", place.Deployments + "/web", """{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"shop/web:v2"}]}}}}""", Place.StrategicMerge);
        var removed = await place.DoAsync("PATCH", place.Deployments + "/web", """{"spec":{"template":{"spec":{"containers":[{"name":"side","$patch":"delete"}]}}}}""", Place.StrategicMerge);

        Assert.Equal(["shop/web:v2", "shop/side:v1"], patched.Items("spec", "template", "spec", "containers")!.Select(container => container.Text("image")));
        Assert.Equal(["app"], removed.Items("spec", "template", "spec", "containers")!.Select(container => container.Text("name")));
    }

    [Theory, OnBothServers]
    public async Task StrategicMerge_OfACustomResource_IsAnUnsupportedMediaType(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w"));

        await place.RefusedAsync(415, "PATCH", place.Of(WidgetGroup, "v1", "widgets") + "/w", "{}", Place.StrategicMerge);
    }

    [Theory, OnBothServers]
    public async Task Apply_NewObjectThenConflict_FollowsOwnership(string server)
    {
        var place = await servers.OpenAsync(server);

        var (created, _) = await place.SendAsync("PATCH", place.ConfigMaps + "/a?fieldManager=one", Applied("x: \"1\""), Place.Apply);
        var conflict = await place.RefusedAsync(409, "PATCH", place.ConfigMaps + "/a?fieldManager=two", Applied("x: \"2\""), Place.Apply);
        var forced = await place.DoAsync("PATCH", place.ConfigMaps + "/a?fieldManager=two&force=true", Applied("x: \"2\", z: \"3\""), Place.Apply);
        var shrunk = await place.DoAsync("PATCH", place.ConfigMaps + "/a?fieldManager=two", Applied("x: \"2\""), Place.Apply);

        Assert.Equal(201, created);
        Assert.Equal(("FieldManagerConflict", ".data.x"), (conflict.Items("details", "causes")![0].Text("reason"), conflict.Items("details", "causes")![0].Text("field")));
        Assert.Equal("""{"x":"2","z":"3"}""", forced.At("data")!.ToJsonString());
        Assert.Equal("""{"x":"2"}""", shrunk.At("data")!.ToJsonString());
    }

    [Theory, OnBothServers]
    public async Task Apply_OverAnUpdate_NamesWhoOwnsTheField(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widgets = place.Of(WidgetGroup, "v1", "widgets");
        await place.DoAsync("POST", widgets + "?fieldManager=owner", Widget("w", """{"mode":"fast","steps":[{"weight":1}]}"""));
        await place.DoAsync("PATCH", widgets + "/w?fieldManager=somebody", """[{"op":"replace","path":"/spec/steps/0/weight","value":2}]""", Place.JsonPatch);

        var refused = await place.RefusedAsync(409, "PATCH", widgets + "/w?fieldManager=third", Widget("w", """{"mode":"fast","steps":[{"weight":3}]}"""), Place.Apply);

        Assert.Contains("somebody", refused.Text("message"), StringComparison.Ordinal);
    }

    /// <summary>Who drifted a list that has no keys is told by the manager of the whole list.</summary>
    [Theory, OnBothServers]
    public async Task JsonPatch_InsideAnAtomicList_MakesTheWriterManagerOfTheList(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widgets = place.Of(WidgetGroup, "v1", "widgets");
        await place.DoAsync("POST", widgets + "?fieldManager=owner", Widget("w", """{"mode":"fast","steps":[{"weight":1}]}"""));

        var drifted = await place.DoAsync("PATCH", widgets + "/w?fieldManager=somebody", """[{"op":"replace","path":"/spec/steps/0/weight","value":2}]""", Place.JsonPatch);

        var entries = drifted.Items("metadata", "managedFields")!;
        var writer = Assert.Single(entries, item => item.Text("manager") == "somebody");
        Assert.Equal("""{"f:spec":{"f:steps":{}}}""", writer!["fieldsV1"]!.ToJsonString());
        Assert.DoesNotContain("f:steps", Assert.Single(entries, item => item.Text("manager") == "owner")!["fieldsV1"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory, OnBothServers]
    public async Task Patch_Spec_RaisesTheGenerationAndMetadataDoesNot(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w"));

        var labelled = await place.DoAsync("PATCH", place.Of(WidgetGroup, "v1", "widgets") + "/w", """{"metadata":{"labels":{"x":"y"},"annotations":{"x":"y"}}}""", Place.MergePatch);
        var changed = await place.DoAsync("PATCH", place.Of(WidgetGroup, "v1", "widgets") + "/w", """{"spec":{"mode":"slow"}}""", Place.MergePatch);

        Assert.Equal((1, 2), (labelled.Whole("metadata", "generation"), changed.Whole("metadata", "generation")));
    }

    /// <summary>A Deployment's annotations are copied to its ReplicaSets, so they count as something that its controller has to observe.</summary>
    [Theory, OnBothServers]
    public async Task Patch_AnnotationsOfADeployment_RaiseTheGenerationToo(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.Deployments, Deployment(0, "\"paused\":true,"));

        var labelled = await place.DoAsync("PATCH", place.Deployments + "/web", """{"metadata":{"labels":{"x":"y"}}}""", Place.MergePatch);
        var annotated = await place.DoAsync("PATCH", place.Deployments + "/web", """{"metadata":{"annotations":{"x":"y"}}}""", Place.MergePatch);
        var changed = await place.DoAsync("PATCH", place.Deployments + "/web", """{"spec":{"minReadySeconds":1}}""", Place.MergePatch);

        Assert.Equal((1, 2, 3), (labelled.Whole("metadata", "generation"), annotated.Whole("metadata", "generation"), changed.Whole("metadata", "generation")));
    }

    private static string Applied(string data) => string.Create(CultureInfo.InvariantCulture, $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {{{data}}}}}");
}

using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Sandbox.ApiServer;
using Canary.Testing.ControlPlanes;
using Xunit;
using static Canary.Contract.Support.Samples;

namespace Canary.Contract;

/// <summary>What definitions promise about the objects of a kind: ours, a sample's, and other projects'.</summary>
public sealed class CustomResourceTests(Servers servers)
{
    private const string Group = "canary.dev";

    [Theory, OnBothServers]
    public async Task Create_ValidWidget_GetsDefaultsAndLosesUnknownFields(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);

        var created = await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w", """{"mode":"fast","foo":1,"free":{"any":true},"steps":[{"weight":5,"more":1}]}"""));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"mode":"fast","free":{"any":true},"steps":[{"weight":5}],"replicas":1}"""), created["spec"]), created["spec"]!.ToJsonString());
    }

    [Theory]
    [OnBothServers("""{"mode":"odd"}""", "spec.mode")]
    [OnBothServers("""{}""", "spec.mode")]
    [OnBothServers("""{"mode":"fast","replicas":11}""", "spec.replicas")]
    [OnBothServers("""{"mode":"fast","replicas":"2"}""", "spec.replicas")]
    [OnBothServers("""{"mode":"fast","pattern":"A1"}""", "spec.pattern")]
    [OnBothServers("""{"mode":"fast","steps":[{},{},{},{}]}""", "spec.steps")]
    [OnBothServers("""{"mode":"fast","steps":[{"weight":130}]}""", "spec.steps")]
    [OnBothServers("""{"mode":"fast","ports":[{"name":"a"},{"name":"a"}]}""", "spec.ports")]
    [OnBothServers("""{"mode":"fast","ports":[{"name":"a","port":[]}]}""", "spec.ports")]
    public async Task Create_InvalidWidget_NamesTheField(string server, string spec, string field)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);

        var refused = await place.RefusedAsync(422, "POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w", spec));

        Assert.Equal("Invalid", refused.Text("reason"));
        // an old server names the type of a field in a second cause without the field
        Assert.StartsWith(field, refused.Items("details", "causes")![0].Text("field"), StringComparison.Ordinal);
    }

    [Theory, OnBothServers]
    public async Task Replace_WithoutResourceVersion_IsInvalid(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w"));

        var refused = await place.RefusedAsync(422, "PUT", place.Of(WidgetGroup, "v1", "widgets") + "/w", Widget("w"));

        Assert.Contains("must be specified for an update", refused.Text("message"), StringComparison.Ordinal);
    }

    [Theory, OnBothServers]
    public async Task Get_InAnotherServedVersion_IsTheSameObject(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var created = await place.DoAsync("POST", place.Of(WidgetGroup, "v1alpha1", "widgets"), Widget("w").Replace("/v1\"", "/v1alpha1\"", StringComparison.Ordinal));

        var other = await place.GetAsync(place.Of(WidgetGroup, "v1", "widgets") + "/w");

        Assert.Equal(("example.dev/v1alpha1", "example.dev/v1"), (created.Text("apiVersion"), other.Text("apiVersion")));
        Assert.Equal(created.Text("metadata", "uid"), other.Text("metadata", "uid"));
    }

    [Theory, OnBothServers]
    public async Task Delete_Definition_TakesItsObjectsAlong(string server)
    {
        var place = await servers.OpenAsync(server);
        var definition = WidgetDefinition.Replace("widget", "gadget", StringComparison.Ordinal).Replace("Widget", "Gadget", StringComparison.Ordinal).Replace("wd", "gd", StringComparison.Ordinal);
        await place.DoAsync("POST", WidgetDefinitions, YamlTree.ParseAll(definition).Single()!.ToJsonString());
        var gadgets = place.Of(WidgetGroup, "v1", "gadgets");
        await place.UntilAsync(gadgets, (code, _) => code == 200, "gadgets are served");
        await place.DoAsync("POST", gadgets, Widget("g").Replace("Widget", "Gadget", StringComparison.Ordinal));

        await place.DoAsync("DELETE", WidgetDefinitions + "/gadgets.example.dev");

        await place.GoneAsync(WidgetDefinitions + "/gadgets.example.dev");
        await place.UntilAsync(gadgets, (code, _) => code == 404, "gadgets are served no more");
    }

    [Theory, OnBothServers]
    public async Task Definitions_OfOursAndOthers_AreEstablishedAndStructural(string server)
    {
        var place = await servers.OpenAsync(server);

        foreach (var name in Definitions.Parsed().Select(definition => definition.Text("metadata", "name")))
        {
            var (code, definition) = await place.SendAsync("GET", $"{WidgetDefinitions}/{name}");

            Assert.True(code == 200, $"{name}: {definition.ToJsonString()}");
            Assert.True(Definitions.IsEstablished(definition), $"{name}: {definition["status"]?.ToJsonString()}");
            Assert.DoesNotContain(definition.Items("status", "conditions")!, condition => condition.Text("type") is "NonStructuralSchema" or "Terminating");
        }
    }

    [Theory]
    [OnBothServers("""{"workloadRef":{"name":"x"},"service":"x","strategy":{"canary":{"steps":[{"setWeight":130}]}}}""")]
    [OnBothServers("""{"workloadRef":{"name":"x"},"service":"x","strategy":{"canary":{"steps":[{"setWeight":"10"}]}}}""")]
    [OnBothServers("""{"workloadRef":{"name":"x"},"service":"x","strategy":{"canary":{"steps":[{"pause":{"duration":"soon"}}]}}}""")]
    [OnBothServers("""{"service":"x","strategy":{"canary":{"steps":[{"setWeight":10}]}}}""")]
    public async Task Create_BadRollout_IsRefusedBySchema(string server, string spec)
    {
        var place = await servers.OpenAsync(server);

        await place.RefusedAsync(422, "POST", place.Of(Group, "v1alpha1", "rollouts"), Rollout(spec));
    }

    [Theory, OnBothServers]
    public async Task Create_TheExamples_IsAccepted(string server)
    {
        var place = await servers.OpenAsync(server);
        var accepted = 0;
        foreach (var folder in new[] { "deploy/examples", "analysis-templates" })
        {
            foreach (var item in Architecture.Repository.FilesBelow(folder, "*.yaml").SelectMany(file => YamlTree.ParseAll(Architecture.Repository.Read(file))).OfType<JsonObject>())
            {
                if (!item.Text("apiVersion")!.StartsWith(Group, StringComparison.Ordinal))
                {
                    continue;
                }

                var plural = item.Text("kind")!.ToLowerInvariant() + "s";
                var cluster = item.Text("kind")!.StartsWith("Cluster", StringComparison.Ordinal);
                item.Fields("metadata")!.Remove("namespace");
                await place.DoAsync("POST", (cluster ? $"/apis/{Group}/v1alpha1/{plural}" : place.Of(Group, "v1alpha1", plural)) + "?dryRun=All&fieldValidation=Strict", item.ToJsonString());
                accepted++;
            }
        }

        Assert.True(accepted > 1, $"only {accepted} objects were found");
    }

    [Theory, OnBothServers]
    public async Task Create_UnknownField_IsRefusedWhenAskedStrictly(string server)
    {
        var place = await servers.OpenAsync(server);
        Assert.SkipWhen(place.Server.IsReal && ControlPlanePrograms.Minor < 25, "Kubernetes knows fieldValidation since 1.25");
        await ServeWidgetsAsync(place);

        var custom = await place.RefusedAsync(400, "POST", place.Of(WidgetGroup, "v1", "widgets") + "?fieldValidation=Strict", Widget("w", """{"mode":"fast","steps":[{"wait":1}]}"""));
        var builtIn = await place.RefusedAsync(400, "POST", place.Deployments + "?fieldValidation=Strict", Deployment(0, "\"newer\":1,"));

        Assert.Contains("unknown field \"spec.steps[0].wait\"", custom.Text("message"), StringComparison.Ordinal);
        Assert.Contains("unknown field \"spec.newer\"", builtIn.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [OnBothServers("""[{"route":[{"destination":{"host":"shop"},"weight":"ten"}]}]""")]
    [OnBothServers("""[{"route":[{"destination":{"host":"shop"},"weight":1.5}]}]""")]
    [OnBothServers("""[{"route":[{"weight":10}]}]""")]
    public async Task Create_BadVirtualService_IsRefusedByIstiosOwnSchema(string server, string http)
    {
        Assert.SkipUnless(RealDefinitions.Find("istio-1.30.3.yaml") is not null, RealDefinitions.WhyAbsent);
        var place = await servers.OpenAsync(server);

        await place.RefusedAsync(422, "POST", place.Of("networking.istio.io", "v1", "virtualservices"), $$$"""{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"v"},"spec":{"hosts":["shop"],"http":{{{http}}}}}""");
    }

    private static string Rollout(string spec) => $$$"""{"apiVersion":"canary.dev/v1alpha1","kind":"Rollout","metadata":{"name":"r"},"spec":{{{spec}}}}""";
}

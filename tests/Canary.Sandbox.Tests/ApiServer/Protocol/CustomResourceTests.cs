using Xunit;
using static Canary.Sandbox.ApiServer.Samples;

namespace Canary.Sandbox.ApiServer;

public sealed class CustomResourceTests
{
    [Fact]
    public async Task Create_ValidWidget_GetsDefaultsAndLosesUnknownFieldsWithAWarning()
    {
        await using var running = await StartAsync();

        var created = await running.DoAsync("POST", Widgets, Widget("w", """{"mode":"fast","foo":1,"free":{"any":true}}"""));

        Assert.Equal("""{"mode":"fast","free":{"any":true},"replicas":1}""", created["spec"]?.ToJsonString());
        Assert.Equal("""
            "unknown field \"spec.foo\""
            """, Assert.Single(running.Warnings));
    }

    [Fact]
    public async Task Create_UnknownFieldStrictly_IsABadRequestThatNamesIt()
    {
        await using var running = await StartAsync();

        var (code, status) = await running.SendAsync("POST", Widgets + "?fieldValidation=Strict", Widget("w", """{"mode":"fast","steps":[{"wait":1}]}"""));

        Assert.Equal(400, code);
        Assert.Contains("strict decoding error: unknown field \"spec.steps[0].wait\"", status.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_InvalidWidget_ListsEveryFault()
    {
        await using var running = await StartAsync();

        var (code, status) = await running.SendAsync("POST", Widgets, Widget("w", """{"mode":"odd","replicas":11,"steps":[{"weight":130}],"ports":[{"name":"a"},{"name":"a"}]}"""));

        Assert.Equal(422, code);
        Assert.Equal(["spec.mode", "spec.replicas", "spec.steps[0].weight", "spec.ports[1]"], status.Items("details", "causes")!.Select(cause => cause.Text("field")));
        Assert.StartsWith("Widget.example.dev \"w\" is invalid: [spec.mode: Unsupported value: \"odd\": supported values: \"fast\", \"slow\"", status.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replace_WithoutResourceVersion_IsInvalid()
    {
        await using var running = await StartAsync();
        await running.DoAsync("POST", Widgets, Widget("w"));

        var (code, status) = await running.SendAsync("PUT", Widgets + "/w", Widget("w"));

        Assert.Equal(422, code);
        Assert.Contains("metadata.resourceVersion: Invalid value: 0: must be specified for an update", status.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patch_StrategicMerge_IsAnUnsupportedMediaType()
    {
        await using var running = await StartAsync();
        await running.DoAsync("POST", Widgets, Widget("w"));

        var (code, _) = await running.SendAsync("PATCH", Widgets + "/w", "{}", "application/strategic-merge-patch+json");

        Assert.Equal(415, code);
    }

    [Fact]
    public async Task Status_Subresource_IsSeparateFromTheSpec()
    {
        await using var running = await StartAsync();
        var created = await running.DoAsync("POST", Widgets, Widget("w").Replace("\"spec\"", "\"status\":{\"x\":1},\"spec\"", StringComparison.Ordinal));

        var patched = await running.DoAsync("PATCH", Widgets + "/w/status", """{"metadata":{"labels":{"a":"b"}},"spec":{"mode":"slow"},"status":{"x":2}}""", "application/merge-patch+json");

        Assert.Null(created["status"]);
        Assert.Equal(("fast", 2, 1), (patched.Text("spec", "mode"), patched.Whole("status", "x"), patched.Whole("metadata", "generation")));
        Assert.Null(patched.Fields("metadata", "labels"));
        Assert.Contains(patched.Items("metadata", "managedFields")!, entry => entry.Text("subresource") == "status");
    }

    [Fact]
    public async Task Scale_Subresource_UsesThePathsOfTheDefinition()
    {
        await using var running = await StartAsync();
        await running.DoAsync("POST", Widgets, Widget("w"));
        await running.DoAsync("PATCH", Widgets + "/w/status", """{"status":{"replicas":3,"selector":"app=w"}}""", "application/merge-patch+json");

        await running.DoAsync("PATCH", Widgets + "/w/scale", """{"spec":{"replicas":4}}""", "application/merge-patch+json");
        var scale = await running.DoAsync("GET", Widgets + "/w/scale");

        Assert.Equal((4, 3, "app=w"), (scale.Whole("spec", "replicas"), scale.Whole("status", "replicas"), scale.Text("status", "selector")));
    }

    [Fact]
    public async Task Handle_TwoServedVersions_AreOneObject()
    {
        await using var running = await RunningServer.StartAsync();
        var older = VirtualServices.Replace("/v1/", "/v1beta1/", StringComparison.Ordinal);
        await running.DoAsync("POST", older, """{"apiVersion":"networking.istio.io/v1beta1","kind":"VirtualService","metadata":{"name":"v"},"spec":{"http":[{"route":[{"weight":100}]}],"anything":{"goes":1}}}""");

        var newer = await running.DoAsync("GET", VirtualServices + "/v");
        var list = await running.DoAsync("GET", older);

        Assert.Equal("networking.istio.io/v1", newer.Text("apiVersion"));
        Assert.Equal(1, newer.Whole("spec", "anything", "goes"));
        Assert.Equal("networking.istio.io/v1beta1", list.Items("items")?[0].Text("apiVersion"));
    }

    [Fact]
    public async Task Patch_Weights_NamesWhoDriftedThem()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", VirtualServices + "?fieldManager=owner", """{"metadata":{"name":"v"},"spec":{"hosts":["a"],"http":[{"route":[{"weight":100}]}]}}""");

        var drifted = await running.DoAsync("PATCH", VirtualServices + "/v?fieldManager=somebody", """[{"op":"replace","path":"/spec/http/0/route/0/weight","value":50}]""", "application/json-patch+json");

        var entry = Assert.Single(drifted.Items("metadata", "managedFields")!, item => item.Text("manager") == "somebody");
        Assert.Equal("""{"f:spec":{"f:http":{}}}""", entry?["fieldsV1"]?.ToJsonString());
    }

    [Fact]
    public async Task Create_Definition_IsServedAndDeletedWithItsObjects()
    {
        await using var running = await StartAsync();
        await running.DoAsync("POST", Widgets, Widget("w"));
        var definition = await running.DoAsync("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.dev");

        await running.DoAsync("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.dev");

        Assert.Contains(definition.Items("status", "conditions")!, condition => condition.Text("type") == "Established" && condition.Text("status") == "True");
        Assert.Equal(404, (await running.SendAsync("GET", Widgets)).Code);
    }

    [Fact]
    public async Task Install_WrongText_IsRefused()
    {
        await using var running = await RunningServer.StartAsync();

        Assert.Throws<ArgumentException>(() => running.Server.InstallCustomResourceDefinition(ConfigMap("a")));
        Assert.Throws<ArgumentException>(() => running.Server.InstallCustomResourceDefinition(WidgetDefinition.Replace("widgets.example.dev", "other.example.dev", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task List_AsTable_ShowsThePrinterColumns()
    {
        await using var running = await StartAsync();
        await running.DoAsync("POST", Widgets, Widget("w"));
        await running.DoAsync("PATCH", Widgets + "/w/status", """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""", "application/merge-patch+json");

        var (_, table) = await running.SendAsync("GET", Widgets, accept: "application/json;as=Table;v=v1;g=meta.k8s.io");

        Assert.Equal(["w", "fast", "True"], table.Items("rows")![0].Items("cells")!.Take(3).Select(cell => cell.Text()));
    }

    [Fact]
    public async Task Install_IstiosOwnDefinitions_ValidatesRealVirtualServices()
    {
        var definitions = RealDefinitions.Find("istio-1.30.3.yaml");
        Assert.SkipUnless(definitions is not null, RealDefinitions.WhyAbsent);
        await using var running = await RunningServer.StartAsync(new() { WithIstioDefinitions = false });
        running.Server.InstallCustomResourceDefinition(await File.ReadAllTextAsync(definitions, RunningServer.Cancellation));
        const string Route = """{"metadata":{"name":"v"},"spec":{"hosts":["shop"],"http":[{"name":"primary","route":[{"destination":{"host":"shop","subset":"stable"},"weight":90},{"destination":{"host":"shop","subset":"canary"},"weight":10}]}]}}""";

        await running.DoAsync("POST", VirtualServices + "?fieldValidation=Strict", Route);
        var (badType, _) = await running.SendAsync("PATCH", VirtualServices + "/v", """{"spec":{"http":[{"route":[{"destination":{"host":"shop"},"weight":"ten"}]}]}}""", "application/merge-patch+json");
        var (unknown, _) = await running.SendAsync("PATCH", VirtualServices + "/v?fieldValidation=Strict", """{"spec":{"htpp":[]}}""", "application/merge-patch+json");

        Assert.Equal((422, 400), (badType, unknown));
    }

    private static async Task<RunningServer> StartAsync()
    {
        var running = await RunningServer.StartAsync();
        running.Server.InstallCustomResourceDefinition(WidgetDefinition);
        return running;
    }
}

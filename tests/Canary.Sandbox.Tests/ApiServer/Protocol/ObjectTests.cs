using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Xunit;
using static Canary.Sandbox.ApiServer.Samples;

namespace Canary.Sandbox.ApiServer;

public sealed class ObjectTests
{
    [Fact]
    public async Task Create_Deployment_GetsDefaultsIdentityAndOwnership()
    {
        await using var running = await RunningServer.StartAsync();

        var created = await running.Client.AppsV1.CreateNamespacedDeploymentAsync(
            KubernetesYaml.Deserialize<V1Deployment>(Samples.Deployment), "default", fieldManager: "tester", cancellationToken: RunningServer.Cancellation);

        Assert.Equal("25%", created.Spec.Strategy.RollingUpdate.MaxSurge.ToString());
        Assert.Equal(600, created.Spec.ProgressDeadlineSeconds);
        Assert.Equal("IfNotPresent", created.Spec.Template.Spec.Containers[0].ImagePullPolicy);
        Assert.Equal(1, created.Metadata.Generation);
        Assert.NotEmpty(created.Metadata.Uid);
        Assert.Equal("tester", Assert.Single(created.Metadata.ManagedFields).Manager);
    }

    [Fact]
    public async Task Create_ReplicaSetWithADeploymentsTemplate_GetsTheSameTemplate()
    {
        await using var running = await RunningServer.StartAsync();
        var deployment = await running.DoAsync("POST", Deployments, Samples.Deployment);
        var replicaSet = JsonTree.ParseObject(Samples.Deployment);
        replicaSet["kind"] = "ReplicaSet";

        var created = await running.DoAsync("POST", ReplicaSets, replicaSet.ToJsonString());

        Assert.True(JsonNode.DeepEquals(deployment.At("spec", "template"), created.At("spec", "template")));
    }

    [Fact]
    public async Task Create_SameNameTwice_AlreadyExists()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));

        var (code, status) = await running.SendAsync("POST", ConfigMaps, ConfigMap("a"));

        Assert.Equal((409, "AlreadyExists", "configmaps \"a\" already exists"), (code, status.Text("reason"), status.Text("message")));
    }

    [Fact]
    public async Task Create_WithGenerateName_DrawsAName()
    {
        await using var running = await RunningServer.StartAsync();

        var created = await running.DoAsync("POST", ConfigMaps, """{"metadata":{"generateName":"job-"}}""");

        Assert.Matches("^job-[a-z0-9]{5}$", created.Text("metadata", "name"));
    }

    [Fact]
    public async Task Create_DryRun_StoresNothing()
    {
        await using var running = await RunningServer.StartAsync();

        await running.DoAsync("POST", ConfigMaps + "?dryRun=All", ConfigMap("a"));

        Assert.Equal(404, (await running.SendAsync("GET", ConfigMaps + "/a")).Code);
    }

    [Fact]
    public async Task Create_InANamespaceThatIsNotThere_NotFound()
    {
        await using var running = await RunningServer.StartAsync();

        var (code, status) = await running.SendAsync("POST", "/api/v1/namespaces/nowhere/configmaps", ConfigMap("a"));

        Assert.Equal((404, "namespaces \"nowhere\" not found"), (code, status.Text("message")));
    }

    [Theory]
    [InlineData("\"app\":\"web\"}},\"spec\"", "\"app\":\"other\"}},\"spec\"", "spec.template.metadata.labels", "`selector` does not match template `labels`")]
    [InlineData("\"image\":\"side:1\"", "\"image\":\"\"", "spec.template.spec.containers[1].image", "Required value")]
    [InlineData("\"name\":\"side\"", "\"name\":\"app\"", "spec.template.spec.containers[1].name", "Duplicate value")]
    [InlineData("\"replicas\":2", "\"replicas\":-1", "spec.replicas", "must be greater than or equal to 0")]
    [InlineData("\"name\":\"web\"", "\"name\":\"Web\"", "metadata.name", "RFC 1123")]
    public async Task Create_InvalidDeployment_NamesTheField(string from, string to, string field, string message)
    {
        await using var running = await RunningServer.StartAsync();

        var (code, status) = await running.SendAsync("POST", Deployments, Samples.Deployment.Replace(from, to, StringComparison.Ordinal));

        Assert.Equal((422, "Invalid"), (code, status.Text("reason")));
        var cause = Assert.Single(status.Items("details", "causes") ?? []);
        Assert.Equal(field, cause.Text("field"));
        Assert.Contains(message, cause.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_WrongJsonType_IsABadRequest()
    {
        await using var running = await RunningServer.StartAsync();

        var (code, status) = await running.SendAsync("POST", Deployments, Samples.Deployment.Replace("\"replicas\":2", "\"replicas\":\"2\"", StringComparison.Ordinal));

        Assert.Equal((400, "BadRequest"), (code, status.Text("reason")));
        Assert.Contains("spec.replicas", status.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_UnknownFieldOfABuiltInKind_IsKeptOrRefusedAsAsked()
    {
        await using var running = await RunningServer.StartAsync();
        var body = Samples.Deployment.Replace("\"replicas\":2", "\"replicas\":2,\"newer\":1", StringComparison.Ordinal);

        var (code, status) = await running.SendAsync("POST", Deployments + "?fieldValidation=Strict", body);
        var created = await running.DoAsync("POST", Deployments, body);

        Assert.Equal(400, code);
        Assert.Contains("unknown field \"spec.newer\"", status.Text("message"), StringComparison.Ordinal);
        Assert.Equal(1, created.Whole("spec", "newer"));
    }

    [Fact]
    public async Task Replace_StaleResourceVersion_Conflicts()
    {
        await using var running = await RunningServer.StartAsync();
        var created = await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        await running.DoAsync("PATCH", ConfigMaps + "/a", """{"data":{"a":"2"}}""", "application/merge-patch+json");
        created["data"] = new JsonObject { ["a"] = "3" };

        var error = await Assert.ThrowsAsync<HttpOperationException>(() => running.Client.CoreV1.ReplaceNamespacedConfigMapAsync(
            KubernetesJson.Deserialize<V1ConfigMap>(created.ToJsonString()), "a", "default", cancellationToken: RunningServer.Cancellation));

        Assert.Equal(409, (int)error.Response.StatusCode);
        Assert.Contains("the object has been modified", error.Response.Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replace_OtherUid_Conflicts()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));

        var (code, status) = await running.SendAsync("PUT", ConfigMaps + "/a", """{"metadata":{"name":"a","uid":"other"}}""");

        Assert.Equal(409, code);
        Assert.Contains("UID in precondition: other", status.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replace_NothingChanged_KeepsTheResourceVersion()
    {
        await using var running = await RunningServer.StartAsync();
        var created = await running.DoAsync("POST", Deployments, Samples.Deployment);

        var replaced = await running.DoAsync("PUT", Deployments + "/web", created.ToJsonString());

        Assert.Equal(created.Text("metadata", "resourceVersion"), replaced.Text("metadata", "resourceVersion"));
    }

    [Fact]
    public async Task Replace_Selector_IsImmutable()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", Deployments, Samples.Deployment);

        var (code, status) = await running.SendAsync("PUT", Deployments + "/web", Samples.Deployment.Replace("\"app\":\"web\"", "\"app\":\"new\"", StringComparison.Ordinal));

        Assert.Equal(422, code);
        Assert.Contains("field is immutable", status.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patch_SpecOfADeployment_RaisesTheGenerationAndMetadataDoesNot()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", Deployments, Samples.Deployment);

        var labelled = await running.DoAsync("PATCH", Deployments + "/web", """{"metadata":{"labels":{"x":"y"}}}""", "application/merge-patch+json");
        var scaled = await running.DoAsync("PATCH", Deployments + "/web", """{"spec":{"paused":true}}""", "application/merge-patch+json");

        Assert.Equal((1, 2), (labelled.Whole("metadata", "generation"), scaled.Whole("metadata", "generation")));
    }

    [Fact]
    public async Task Patch_StatusThroughTheMainResource_IsIgnored()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", Deployments, Samples.Deployment);

        var main = await running.DoAsync("PATCH", Deployments + "/web", """{"status":{"replicas":5}}""", "application/merge-patch+json");
        var status = await running.DoAsync("PATCH", Deployments + "/web/status", """{"status":{"replicas":5},"spec":{"replicas":9}}""", "application/merge-patch+json");

        Assert.Null(main.Whole("status", "replicas"));
        Assert.Equal((5, 2, 1), (status.Whole("status", "replicas"), status.Whole("spec", "replicas"), status.Whole("metadata", "generation")));
    }

    [Fact]
    public async Task Patch_FailingJsonPatchTest_IsInvalidAndChangesNothing()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", Deployments, Samples.Deployment);
        var patch = new V1Patch("""[{"op":"test","path":"/spec/replicas","value":7},{"op":"replace","path":"/spec/replicas","value":8}]""", V1Patch.PatchType.JsonPatch);

        var error = await Assert.ThrowsAsync<HttpOperationException>(() =>
            running.Client.AppsV1.PatchNamespacedDeploymentAsync(patch, "web", "default", cancellationToken: RunningServer.Cancellation));

        Assert.Equal(422, (int)error.Response.StatusCode);
        Assert.Equal(2, (await running.DoAsync("GET", Deployments + "/web")).Whole("spec", "replicas"));
    }

    [Fact]
    public async Task Patch_StrategicMerge_KeepsTheOtherContainer()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", Deployments, Samples.Deployment);
        var patch = new V1Patch("""{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"shop/web:v2"}]}}}}""", V1Patch.PatchType.StrategicMergePatch);

        var patched = await running.Client.AppsV1.PatchNamespacedDeploymentAsync(patch, "web", "default", cancellationToken: RunningServer.Cancellation);

        Assert.Equal(["shop/web:v2", "side:1"], patched.Spec.Template.Spec.Containers.Select(container => container.Image));
    }

    [Fact]
    public async Task Patch_WithAStaleResourceVersion_Conflicts()
    {
        await using var running = await RunningServer.StartAsync();
        var created = await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        await running.DoAsync("PATCH", ConfigMaps + "/a", """{"data":{"b":"2"}}""", "application/merge-patch+json");

        var patch = $$"""{"metadata":{"resourceVersion":"{{created.Text("metadata", "resourceVersion")}}"},"data":{"c":"3"} }""";
        var (code, _) = await running.SendAsync("PATCH", ConfigMaps + "/a", patch, "application/merge-patch+json");

        Assert.Equal(409, code);
    }

    [Fact]
    public async Task Patch_ManyAtOnce_LosesNone()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(index =>
            running.DoAsync("PATCH", ConfigMaps + "/a", $$"""{"data":{"k{{index}}":"x"} }""", "application/merge-patch+json")));

        Assert.Equal(51, (await running.DoAsync("GET", ConfigMaps + "/a")).Fields("data")?.Count);
    }

    [Fact]
    public async Task Apply_NewObjectThenConflict_FollowsOwnership()
    {
        await using var running = await RunningServer.StartAsync();
        var path = ConfigMaps + "/a?fieldManager=one";
        var (created, _) = await running.SendAsync("PATCH", path, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: \"1\"}}", "application/apply-patch+yaml");

        var (conflict, status) = await running.SendAsync("PATCH", ConfigMaps + "/a?fieldManager=two",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: \"2\"}}", "application/apply-patch+yaml");

        Assert.Equal((201, 409), (created, conflict));
        Assert.Equal(".data.x", status.Items("details", "causes")?[0].Text("field"));
    }

    [Fact]
    public async Task Scale_OfADeployment_ReadsAndWritesReplicas()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", Deployments, Samples.Deployment);

        await running.Client.AppsV1.PatchNamespacedDeploymentScaleAsync(new V1Patch("""{"spec":{"replicas":5}}""", V1Patch.PatchType.MergePatch), "web", "default", cancellationToken: RunningServer.Cancellation);
        var scale = await running.Client.AppsV1.ReadNamespacedDeploymentScaleAsync("web", "default", cancellationToken: RunningServer.Cancellation);

        Assert.Equal((5, "app=web"), (scale.Spec.Replicas, scale.Status.Selector));
    }

    [Fact]
    public async Task Handle_UnknownPathsAndMethods_AnswerAsKubernetes()
    {
        await using var running = await RunningServer.StartAsync();

        Assert.Equal(404, (await running.SendAsync("GET", "/apis/nothing.dev/v1/things")).Code);
        Assert.Equal(404, (await running.SendAsync("GET", "/api/v1/nothings")).Code);
        Assert.Equal(405, (await running.SendAsync("PUT", ConfigMaps, "{}")).Code);
        Assert.Equal(400, (await running.SendAsync("POST", ConfigMaps, "{not json")).Code);
        Assert.Equal(415, (await running.SendAsync("PATCH", ConfigMaps + "/a", "{}", "text/plain")).Code);
    }

    [Fact]
    public async Task Events_OfBothGroups_AreTheSameObjects()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", "/api/v1/namespaces/default/events",
            """{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p"},"reason":"Started","message":"it runs","source":{"component":"nodes"}}""");

        var newer = await running.DoAsync("GET", "/apis/events.k8s.io/v1/namespaces/default/events/e");
        var selected = await running.DoAsync("GET", "/api/v1/events?fieldSelector=involvedObject.name%3Dp,reason%3DStarted");

        Assert.Equal(("it runs", "p", "events.k8s.io/v1"), (newer.Text("note"), newer.Text("regarding", "name"), newer.Text("apiVersion")));
        Assert.Single(selected.Items("items") ?? []);
    }
}

using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Sandbox.ApiServer;
using Xunit;
using static Canary.Contract.Support.Samples;

namespace Canary.Contract;

/// <summary>How objects come to be and are replaced.</summary>
public sealed class ObjectTests(Servers servers)
{
    [Theory, OnBothServers]
    public async Task Create_Deployment_GetsDefaultsIdentityAndOwnership(string server)
    {
        var place = await servers.OpenAsync(server);

        var created = await place.DoAsync("POST", place.Deployments + "?fieldManager=tester", Deployment());

        Assert.Equal(("RollingUpdate", "25%", "25%"), (created.Text("spec", "strategy", "type"), created.Text("spec", "strategy", "rollingUpdate", "maxSurge"), created.Text("spec", "strategy", "rollingUpdate", "maxUnavailable")));
        Assert.Equal((600, 10, 1), (created.Whole("spec", "progressDeadlineSeconds"), created.Whole("spec", "revisionHistoryLimit"), created.Whole("metadata", "generation")));
        Assert.Equal(36, created.Text("metadata", "uid")!.Length);
        Assert.NotNull(created.Text("metadata", "creationTimestamp"));
        var entry = Assert.Single(created.Items("metadata", "managedFields")!);
        Assert.Equal(("tester", "Update", "apps/v1", "FieldsV1"), (entry.Text("manager"), entry.Text("operation"), entry.Text("apiVersion"), entry.Text("fieldsType")));
    }

    /// <summary>The hash of a template is over what the server returned, so all defaults matter.</summary>
    [Theory, OnBothServers]
    public async Task Create_ReplicaSetWithADeploymentsTemplate_GetsTheSameTemplate(string server)
    {
        var place = await servers.OpenAsync(server);
        var deployment = await place.DoAsync("POST", place.Deployments, Deployment(0));
        var replicaSet = JsonTree.ParseObject(Deployment(0));
        replicaSet["kind"] = "ReplicaSet";

        var created = await place.DoAsync("POST", place.ReplicaSets, replicaSet.ToJsonString());

        Assert.True(JsonNode.DeepEquals(deployment.At("spec", "template"), created.At("spec", "template")), created.At("spec", "template")!.ToJsonString());
    }

    [Theory, OnBothServers]
    public async Task Create_DeploymentsTemplate_HasTheSameDefaultsOnBothServers(string server)
    {
        var place = await servers.OpenAsync(server);

        var created = await place.DoAsync("POST", place.Deployments, RichDeployment);

        var template = created.At("spec", "template")!.DeepClone();
        (template["metadata"] as JsonObject)!.Remove("creationTimestamp"); // written as null until 1.33
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(RichTemplate), template), template.ToJsonString());
    }

    [Theory, OnBothServers]
    public async Task Create_SameNameTwice_AlreadyExists(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));

        var refused = await place.RefusedAsync(409, "POST", place.ConfigMaps, ConfigMap("a"));

        Assert.Equal(("AlreadyExists", "configmaps \"a\" already exists"), (refused.Text("reason"), refused.Text("message")));
    }

    [Theory, OnBothServers]
    public async Task Create_WithGenerateName_DrawsAName(string server)
    {
        var place = await servers.OpenAsync(server);

        var one = await place.DoAsync("POST", place.ConfigMaps, """{"metadata":{"generateName":"job-"}}""");
        var two = await place.DoAsync("POST", place.ConfigMaps, """{"metadata":{"generateName":"job-"}}""");

        Assert.Matches("^job-[a-z0-9]{5}$", one.Text("metadata", "name"));
        Assert.NotEqual(one.Text("metadata", "name"), two.Text("metadata", "name"));
    }

    [Theory, OnBothServers]
    public async Task Create_DryRun_StoresNothing(string server)
    {
        var place = await servers.OpenAsync(server);

        await place.DoAsync("POST", place.ConfigMaps + "?dryRun=All", ConfigMap("a"));

        await place.RefusedAsync(404, "GET", place.ConfigMaps + "/a");
    }

    [Theory, OnBothServers]
    public async Task Create_InANamespaceThatIsNotThere_NotFound(string server)
    {
        var place = await servers.OpenAsync(server);

        var refused = await place.RefusedAsync(404, "POST", "/api/v1/namespaces/nowhere/configmaps", ConfigMap("a"));

        Assert.Equal(("NotFound", "namespaces \"nowhere\" not found"), (refused.Text("reason"), refused.Text("message")));
    }

    [Theory]
    [OnBothServers("\"app\":\"web\"}},\"spec\"", "\"app\":\"other\"}},\"spec\"", "spec.template.metadata.labels", "`selector` does not match template `labels`")]
    [OnBothServers("\"image\":\"shop/side:v1\"", "\"image\":\"\"", "spec.template.spec.containers[1].image", "Required value")]
    [OnBothServers("\"name\":\"side\"", "\"name\":\"app\"", "spec.template.spec.containers[1].name", "Duplicate value")]
    [OnBothServers("\"replicas\":2", "\"replicas\":-1", "spec.replicas", "must be greater than or equal to 0")]
    [OnBothServers("\"metadata\":{\"name\":\"web\"", "\"metadata\":{\"name\":\"Web\"", "metadata.name", "1123")]
    public async Task Create_InvalidDeployment_NamesTheField(string server, string from, string to, string field, string message)
    {
        var place = await servers.OpenAsync(server);

        var refused = await place.RefusedAsync(422, "POST", place.Deployments, Deployment().Replace(from, to, StringComparison.Ordinal));

        Assert.Equal("Invalid", refused.Text("reason"));
        var cause = Assert.Single(refused.Items("details", "causes")!);
        Assert.Equal(field, cause.Text("field"));
        Assert.Contains(message, cause.Text("message"), StringComparison.Ordinal);
    }

    [Theory, OnBothServers]
    public async Task Create_WrongJsonType_IsABadRequest(string server)
    {
        var place = await servers.OpenAsync(server);

        var refused = await place.RefusedAsync(400, "POST", place.Deployments, Deployment().Replace("\"replicas\":2", "\"replicas\":\"2\"", StringComparison.Ordinal));

        Assert.Equal("BadRequest", refused.Text("reason"));
        Assert.Contains("replicas", refused.Text("message"), StringComparison.Ordinal);
    }

    [Theory, OnBothServers]
    public async Task Replace_StaleResourceVersion_Conflicts(string server)
    {
        var place = await servers.OpenAsync(server);
        var created = await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));
        await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"data":{"a":"2"}}""", Place.MergePatch);
        created["data"] = new JsonObject { ["a"] = "3" };

        var refused = await place.RefusedAsync(409, "PUT", place.ConfigMaps + "/a", created.ToJsonString());

        Assert.Equal("Conflict", refused.Text("reason"));
        Assert.Contains("the object has been modified", refused.Text("message"), StringComparison.Ordinal);
    }

    [Theory, OnBothServers]
    public async Task Replace_OtherUid_Conflicts(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));

        var refused = await place.RefusedAsync(409, "PUT", place.ConfigMaps + "/a", """{"metadata":{"name":"a","uid":"other"}}""");

        Assert.Contains("UID in precondition: other", refused.Text("message"), StringComparison.Ordinal);
    }

    [Theory, OnBothServers]
    public async Task Replace_NothingChanged_KeepsTheResourceVersion(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var map = await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));
        var widget = await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w"));

        var sameMap = await place.DoAsync("PUT", place.ConfigMaps + "/a", map.ToJsonString());
        var sameWidget = await place.DoAsync("PUT", place.Of(WidgetGroup, "v1", "widgets") + "/w", widget.ToJsonString());

        Assert.Equal(map.Text("metadata", "resourceVersion"), sameMap.Text("metadata", "resourceVersion"));
        Assert.Equal(widget.Text("metadata", "resourceVersion"), sameWidget.Text("metadata", "resourceVersion"));
    }

    [Theory, OnBothServers]
    public async Task Replace_Selector_IsImmutable(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.Deployments, Deployment(0));

        var refused = await place.RefusedAsync(422, "PUT", place.Deployments + "/web", Deployment(0).Replace("\"app\":\"web\"", "\"app\":\"new\"", StringComparison.Ordinal));

        Assert.Contains("field is immutable", refused.Text("message"), StringComparison.Ordinal);
    }

    [Theory, OnBothServers]
    public async Task Get_UnknownPathsAndMethods_AnswerAsKubernetes(string server)
    {
        var place = await servers.OpenAsync(server);

        await place.RefusedAsync(404, "GET", "/apis/nothing.dev/v1/things");
        await place.RefusedAsync(404, "GET", "/api/v1/nothings");
        await place.RefusedAsync(405, "PUT", place.ConfigMaps, "{}");
        await place.RefusedAsync(400, "POST", place.ConfigMaps, "{not json");
        await place.RefusedAsync(415, "PATCH", place.ConfigMaps + "/a", "{}", "text/plain");
    }

    [Theory, OnBothServers]
    public async Task Create_Event_IsFoundByWhatItIsAbout(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", $"/api/v1/namespaces/{place.Namespace}/events",
            $$$"""
            {"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"{{{place.Namespace}}}"},"type":"Normal","reason":"Started","message":"it runs","source":{"component":"nodes"},
             "firstTimestamp":"2026-01-02T03:04:05Z","lastTimestamp":"2026-01-02T03:04:05Z","count":1}
            """);

        var newer = await place.GetAsync(place.Of("events.k8s.io", "v1", "events") + "/e");
        var selected = await place.GetAsync($"/api/v1/namespaces/{place.Namespace}/events?fieldSelector=involvedObject.name%3Dp,reason%3DStarted");

        Assert.Equal(("it runs", "p", "events.k8s.io/v1"), (newer.Text("note"), newer.Text("regarding", "name"), newer.Text("apiVersion")));
        Assert.Single(selected.Items("items")!);
    }

    private const string RichDeployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"rich"},
         "spec":{"replicas":0,"selector":{"matchLabels":{"app":"rich"}},
          "template":{"metadata":{"labels":{"app":"rich"},"annotations":{"a":"b"}},
           "spec":{
            "initContainers":[{"name":"first","image":"shop/first"}],
            "containers":[{"name":"app","image":"shop/web:v1","ports":[{"name":"http","containerPort":8080}],
              "env":[{"name":"A","value":"1"},{"name":"POD","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
              "resources":{"requests":{"cpu":"0.5","memory":"1024Mi"},"limits":{"cpu":1,"ephemeral-storage":"2500000k","example.dev/cards":"2000m"}},
              "readinessProbe":{"httpGet":{"path":"/ready","port":"http"}},
              "livenessProbe":{"tcpSocket":{"port":8080},"periodSeconds":3},
              "volumeMounts":[{"name":"settings","mountPath":"/etc/settings"}]}],
            "volumes":[{"name":"settings","configMap":{"name":"settings"}},{"name":"scratch","emptyDir":{}},{"name":"key","secret":{"secretName":"key"}}]}}}}
        """;

    private const string RichTemplate = """
        {"metadata":{"labels":{"app":"rich"},"annotations":{"a":"b"}},
         "spec":{
          "initContainers":[{"name":"first","image":"shop/first","imagePullPolicy":"Always","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],
          "containers":[{"name":"app","image":"shop/web:v1","imagePullPolicy":"IfNotPresent","ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],
            "env":[{"name":"A","value":"1"},{"name":"POD","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}}],
            "resources":{"requests":{"cpu":"500m","memory":"1Gi"},"limits":{"cpu":"1","ephemeral-storage":"2500M","example.dev/cards":"2"}},
            "readinessProbe":{"httpGet":{"path":"/ready","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
            "livenessProbe":{"tcpSocket":{"port":8080},"timeoutSeconds":1,"periodSeconds":3,"successThreshold":1,"failureThreshold":3},
            "volumeMounts":[{"name":"settings","mountPath":"/etc/settings"}],
            "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],
          "volumes":[{"name":"settings","configMap":{"name":"settings","defaultMode":420}},{"name":"scratch","emptyDir":{}},{"name":"key","secret":{"secretName":"key","defaultMode":420}}],
          "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}}
        """;
}

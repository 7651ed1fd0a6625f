using Canary.Kubernetes.Api;
using Xunit;
using static Canary.Kubernetes.Tests.Api.ApiHarness;

namespace Canary.Kubernetes.Tests.Api;

public sealed class MissingRightTests
{
    private const string User = "User \"system:serviceaccount:canary-system:canary\"";

    [Theory]
    [InlineData($"rollouts.canary.dev is forbidden: {User} cannot list resource \"rollouts\" in API group \"canary.dev\" at the cluster scope", "list|canary.dev|rollouts|")]
    [InlineData($"pods is forbidden: {User} cannot watch resource \"pods\" in API group \"\" in the namespace \"shop\"", "watch||pods|shop")]
    [InlineData($"rollouts.canary.dev \"checkout\" is forbidden: {User} cannot update resource \"rollouts/status\" in API group \"canary.dev\" in the namespace \"shop\": a reason", "update|canary.dev|rollouts/status|shop")]
    [InlineData("namespaces \"shop\" is forbidden: unable to create new content in namespace shop because it is being terminated", null)]
    [InlineData("replicasets.apps \"a\" is forbidden: exceeded quota: few, requested: count/replicasets.apps=1, used: 3, limited: 3", null)]
    [InlineData("replicasets.apps \"a\" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>", null)]
    [InlineData("", null)]
    public void Read_MessageOfTheServer_IsTheRightWhenTheAuthoriserRefused(string message, string? expected)
    {
        var missing = MissingRight.Read(message);

        Assert.Equal(expected, missing is null ? null : $"{missing.Verb}|{missing.Group}|{missing.Resource}|{missing.Namespace}");
    }

    [Theory]
    [InlineData("patch", null, "give the engine's service account the rule {apiGroups: [\"apps\"], resources: [\"deployments\"], verbs: [\"patch\"]} in a ClusterRole")]
    [InlineData("list", "shop", "give the engine's service account the rule {apiGroups: [\"apps\"], resources: [\"deployments\"], verbs: [\"list\", \"watch\"]} in a ClusterRole, or in a Role of namespace shop")]
    public void ToString_Right_IsTheRuleToAdd(string verb, string? ns, string expected) =>
        Assert.Equal(expected, new MissingRight(verb, "apps", "deployments", ns).ToString());

    [Fact]
    public async Task Call_RefusedByTheAuthoriser_NamesTheRuleAndIsNotRepeated()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.GetAsync(ResourceKind.Deployments, "shop", "a", TestContext.Current.CancellationToken);

        Refuse(await harness.Server.NextAsync(), "get");
        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);

        Assert.Equal(new MissingRight("get", "apps", "deployments", "shop"), failure.Missing);
        Assert.EndsWith($"in the namespace \"shop\"; {failure.Missing}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, harness.Server.Received);
    }

    [Fact]
    public async Task Call_RefusedByAdmission_NamesNoRule()
    {
        using var harness = new ApiHarness();
        var call = harness.Api.CreateAsync(ResourceKind.Deployments, "shop", System.Text.Json.Nodes.JsonNode.Parse(Deployment("a", 1))!.AsObject(), TestContext.Current.CancellationToken);

        (await harness.Server.NextAsync()).RespondStatus(403, "Forbidden");
        var failure = await Assert.ThrowsAsync<KubernetesApiException>(() => call);

        Assert.Null(failure.Missing);
        Assert.DoesNotContain("apiGroups", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Answers a request for Deployments in namespace shop as kube-apiserver does to whoever lacks the right.</summary>
    internal static void Refuse(ScriptedRequest request, string verb) => request.Respond(
        $$"""{"kind":"Status","status":"Failure","code":403,"reason":"Forbidden","message":"deployments.apps is forbidden: User \"x\" cannot {{verb}} resource \"deployments\" in API group \"apps\" in the namespace \"shop\""}""",
        System.Net.HttpStatusCode.Forbidden);
}

using Canary.Kubernetes.Access;
using Canary.Kubernetes.Api;
using Xunit;

namespace Canary.Kubernetes.Tests.Access;

public sealed class MissingRightTests
{
    [Theory]
    [InlineData(
        "rollouts.canary.dev \"checkout\" is forbidden: User \"bob\" cannot patch resource \"rollouts\" in API group \"canary.dev\" in the namespace \"shop\"",
        "bob may not patch rollouts.canary.dev in namespace shop", "- {apiGroups: [\"canary.dev\"], resources: [rollouts], verbs: [patch]}")]
    [InlineData(
        "pods is forbidden: User \"system:serviceaccount:a:b\" cannot list resource \"pods\" in API group \"\" at the cluster scope",
        "system:serviceaccount:a:b may not list pods in the whole cluster", "- {apiGroups: [\"\"], resources: [pods], verbs: [list]}")]
    public void Of_Forbidden_IsTheRule(string message, string sentence, string rule)
    {
        var right = MissingRight.Of(new KubernetesApiException(403, "Forbidden", $"patch rollouts /apis: 403 {message}"))!;

        Assert.Equal((sentence, rule), (right.ToString(), right.Rule()));
    }

    [Fact]
    public void Of_AnotherFailure_IsNone()
    {
        Assert.Null(MissingRight.Of(new KubernetesApiException(403, "Forbidden", "a webhook said no")));
        Assert.Null(MissingRight.Of(new KubernetesApiException(409, "Conflict", "User \"bob\" cannot patch resource \"rollouts\" in API group \"canary.dev\"")));
    }
}

using Canary.Kubernetes.Api;
using Xunit;

namespace Canary.Kubernetes.Tests.Api;

public sealed class ResourceKindTests
{
    [Fact]
    public void Path_EveryShape_IsThatOfTheApi()
    {
        Assert.Equal("/api/v1/pods", ResourceKind.Pods.Path(null, null, null));
        Assert.Equal("/api/v1/namespaces/shop/pods/a", ResourceKind.Pods.Path("shop", "a", null));
        Assert.Equal("/apis/apps/v1/namespaces/shop/deployments/a/scale", ResourceKind.Deployments.Path("shop", "a", "scale"));
        Assert.Equal("/apis/canary.dev/v1alpha1/clusteranalysistemplates/t", ResourceKind.ClusterAnalysisTemplates.Path(null, "t", null));
        Assert.Equal("/api/v1/namespaces/shop/pods/a%2Fb", ResourceKind.Pods.Path("shop", "a/b", null));
    }

    [Fact]
    public void Path_WrongCombination_Throws()
    {
        Assert.Throws<ArgumentException>(() => ResourceKind.Pods.Path(null, "a", null));
        Assert.Throws<ArgumentException>(() => ResourceKind.ClusterAnalysisTemplates.Path("shop", "t", null));
        Assert.Throws<ArgumentException>(() => ResourceKind.Pods.Path("shop", null, "status"));
        Assert.Throws<ArgumentException>(() => ResourceKind.Pods.Path("shop", "", null));
    }
}

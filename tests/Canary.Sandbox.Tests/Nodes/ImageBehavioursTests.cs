using System.Net;
using Canary.Sandbox.Nodes;
using Xunit;

namespace Canary.Sandbox.Tests.Nodes;

public sealed class ImageBehavioursTests
{
    [Theory]
    [InlineData("shop/checkout:v1", "Serves")]
    [InlineData("shop/checkout:v12", "Serves")]
    [InlineData("registry:5000/shop/checkout:1.2.3", "Serves")]
    [InlineData("registry:5000/shop/checkout", "Serves")]
    [InlineData("shop/checkout:v2-rc.1", "Serves")]
    [InlineData("shop/checkout:v5-crash", "Crashes")]
    [InlineData("shop/checkout:v6-unready", "NeverReady")]
    [InlineData("shop/checkout:nonexistent", "ImageMissing")]
    [InlineData("shop/checkout:typo", "ImageMissing")]
    public void Of_Tag_DecidesTheFate(string image, string fate) => Assert.Equal(fate, new ImageBehaviours().Of(image).Fate.ToString());

    [Fact]
    public void Of_ImageInTheTable_WinsOverItsTag()
    {
        var special = PodBehaviour.Healthy with { ErrorRatio = 0.5 };

        Assert.Same(special, new ImageBehaviours(new Dictionary<string, PodBehaviour> { ["shop/checkout:v1"] = special }).Of("shop/checkout:v1"));
    }

    [Fact]
    public void Next_ManyAddresses_AreLoopbackAndDistinct()
    {
        var addresses = new PodAddresses(253);
        var drawn = Enumerable.Range(0, 200_000).Select(_ => addresses.Next()).ToList();

        Assert.All(drawn, address => Assert.True(IPAddress.IsLoopback(address)));
        Assert.Equal(drawn.Count, drawn.Distinct().Count());
        Assert.All(drawn, address => Assert.InRange(address.GetAddressBytes()[3], 1, 254));
    }
}

using Canary.Core.Traffic;
using Xunit;

namespace Canary.Core.Tests.Traffic;

public sealed class TrafficObservationTests
{
    [Theory]
    [InlineData(100, 0, 0, true)]
    [InlineData(50, 50, 50, true)]
    [InlineData(1, 2, 50, true)]
    [InlineData(49, 51, 50, false)]
    [InlineData(0, 0, 0, false)]
    public void Carries_Route_IsExact(int stable, int candidate, int percent, bool expected) =>
        Assert.Equal(expected, new TrafficObservation { Routes = [new RouteObservation("checkout/primary", stable, candidate)] }.Carries(new Weight(percent)));

    [Fact]
    public void Carries_OneOfTwoRoutesDiffers_IsFalse() =>
        Assert.False(new TrafficObservation { Routes = [new RouteObservation("a", 50, 50), new RouteObservation("b", 100, 0)] }.Carries(new Weight(50)));

    [Fact]
    public void Carries_NoRoutes_IsFalse() => Assert.False(new TrafficObservation().Carries(Weight.Zero));

    [Theory]
    [InlineData(50, 50, 49, true)]
    [InlineData(50, 50, 50, false)]
    [InlineData(0, 0, 0, false)]
    [InlineData(99, 1, 0, true)]
    public void Exceeds_Route_IsMoreThanTheWeightGives(int stable, int candidate, int percent, bool expected) =>
        Assert.Equal(expected, new TrafficObservation { Routes = [new RouteObservation("a", 100, 0), new RouteObservation("b", stable, candidate)] }.Exceeds(new Weight(percent)));
}

using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;
using Xunit;
using static Canary.Sandbox.Tests.Controllers.ClusterObjects;

namespace Canary.Sandbox.Tests.Controllers;

public sealed class EndpointsSyncTests
{
    [Fact]
    public void Plan_ReadyAndUnreadyPods_AreToldApart()
    {
        var plan = EndpointsSync.Plan(Service(), [Pod("a"), Pod("b", ready: false, address: "127.64.0.3")], null, null);

        var created = plan.Writes.Cast<ClusterWrite.Create>().ToDictionary(write => (string)write.Resource["kind"]!, write => write.Resource);
        var subset = created["Endpoints"]["subsets"]![0]!;
        Assert.Equal("127.64.0.2", (string?)subset["addresses"]![0]!["ip"]);
        Assert.Equal("127.64.0.3", (string?)subset["notReadyAddresses"]![0]!["ip"]);
        Assert.Equal(8080, subset["ports"]![0]!["port"]!.GetValue<int>());
        Assert.Equal([true, false], created["EndpointSlice"]["endpoints"]!.AsArray().Select(endpoint => endpoint!["conditions"]!["ready"]!.GetValue<bool>()));
    }

    [Fact]
    public void Plan_NothingChanged_WritesNothing()
    {
        var first = EndpointsSync.Plan(Service(), [Pod("a")], null, null).Writes.Cast<ClusterWrite.Create>().Select(write => write.Resource).ToList();

        Assert.Empty(EndpointsSync.Plan(Service(), [Pod("a")], first[0], first[1]).Writes);
    }

    [Fact]
    public void Plan_LastPodGone_EmptiesBoth()
    {
        var first = EndpointsSync.Plan(Service(), [Pod("a")], null, null).Writes.Cast<ClusterWrite.Create>().Select(write => write.Resource).ToList();

        var patches = EndpointsSync.Plan(Service(), [], first[0], first[1]).Writes.Cast<ClusterWrite.Patch>().ToList();

        Assert.Empty(patches[0].Body["subsets"]!.AsArray());
        Assert.Empty(patches[1].Body["endpoints"]!.AsArray());
    }

    [Fact]
    public void Plan_ServiceWithoutSelector_IsLeftToItsOwner()
    {
        var service = Service();
        service["spec"]!.AsObject().Remove("selector");

        Assert.Empty(EndpointsSync.Plan(service, [Pod("a")], null, null).Writes);
    }

    [Fact]
    public void TargetPort_NumberNameOrNothing_IsResolved()
    {
        Assert.Equal(8080, EndpointsSync.TargetPort(new JsonObject { ["port"] = 80, ["targetPort"] = "http" }, Pod("a")));
        Assert.Equal(9000, EndpointsSync.TargetPort(new JsonObject { ["port"] = 80, ["targetPort"] = 9000 }, Pod("a")));
        Assert.Equal(80, EndpointsSync.TargetPort(new JsonObject { ["port"] = 80 }, Pod("a")));
        Assert.Null(EndpointsSync.TargetPort(new JsonObject { ["port"] = 80, ["targetPort"] = "grpc" }, Pod("a")));
    }
}

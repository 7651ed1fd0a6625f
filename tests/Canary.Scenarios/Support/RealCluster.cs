using Canary.Contract.Support;
using Canary.Sandbox;
using Canary.Scenarios.Support;
using Canary.Testing.ControlPlanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

[assembly: AssemblyFixture(typeof(RealCluster))]

namespace Canary.Scenarios.Support;

/// <summary>The same on a real control plane: its API server and controllers, the sandbox's nodes, and the real engine. Who asks where there is none is skipped.</summary>
public sealed class RealCluster : SharedCluster
{
    /// <summary>The minor version of the server, such as 20.</summary>
    public int Minor => ControlPlanePrograms.Minor;

    private protected override async Task<Running> StartAsync()
    {
        Assert.SkipWhen(ControlPlanePrograms.WhyAbsent is not null, ControlPlanePrograms.WhyAbsent ?? "");
        var plane = await ControlPlane.StartAsync(TimeProvider.System, plane => Definitions.InstallAsync(plane), CancellationToken.None);
        try
        {
            var options = Options(96) with { Kubeconfig = plane.Kubeconfig, Engine = false };
            var running = new Running(await SandboxCluster.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None), plane);
            await running.Cluster.StartEngineAsync(CancellationToken.None, new ClientSight(running, faults: true));
            return running;
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Canary.Sandbox.Load;
using Canary.Sandbox.Tests.Nodes;
using Xunit;

namespace Canary.Sandbox.Tests.Load;

public sealed class LoadGeneratorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ServerNeverAnswers_DropsInsteadOfPilingUp()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = new LoadOptions { Targets = [new LoadTarget("checkout", 2000)], MaxInFlight = 2 };
        using var load = new LoadGenerator(() => new Uri($"http://{silent.LocalEndpoint}"), options, TimeProvider.System);

        await load.StartAsync(Token);
        await Eventually.HoldsAsync(() => load.Report().Dropped > 100, "dropped requests", Token);
        await load.StopAsync(Token);

        var report = load.Report();
        Assert.Equal(0, report.Completed);
        Assert.InRange(report.Arrived - report.Dropped, 1, 2 + 64);
    }

    [Fact]
    public async Task Run_NobodyListens_CountsRequestsWithoutAnswer()
    {
        using var reserved = new TcpListener(IPAddress.Loopback, 0);
        reserved.Start();
        var address = new Uri($"http://{reserved.LocalEndpoint}");
        reserved.Stop();
        using var load = new LoadGenerator(() => address, new LoadOptions { Targets = [new LoadTarget("checkout", 500)] }, TimeProvider.System);

        await load.StartAsync(Token);
        await Eventually.HoldsAsync(() => load.Report().ByCode.GetValueOrDefault(0) > 5, "failures", Token);
        await load.StopAsync(Token);

        Assert.Equal(load.Report().Completed, load.Report().Failed);
    }

    [Fact]
    public async Task Run_ElsewhereThanLoopback_IsRefused()
    {
        using var load = new LoadGenerator(() => new Uri("http://192.0.2.1"), new LoadOptions { Targets = [new LoadTarget("checkout", 1)] }, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await load.StartAsync(Token);
            await load.ExecuteTask!;
        });
    }
}

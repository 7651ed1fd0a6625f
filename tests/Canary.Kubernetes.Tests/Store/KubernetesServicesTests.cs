using Canary.Engine.Ports;
using k8s;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Kubernetes.Tests.Store;

public sealed class KubernetesServicesTests
{
    [Fact]
    public async Task AddCanaryKubernetes_HostWithACluster_ReadsItAndLeads()
    {
        using var shop = new FakeCluster();
        using var host = Build(shop, new() { ["Kubernetes:LeaderElection"] = "false" });

        await host.StartAsync(TestContext.Current.CancellationToken);
        var store = host.Services.GetRequiredService<Canary.Kubernetes.Store.KubernetesRolloutStore>();
        await store.Ready.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Same(store, host.Services.GetRequiredService<IRolloutStore>());
        Assert.NotNull(host.Services.GetRequiredService<IEffectApplier>());
        Assert.NotNull(host.Services.GetRequiredService<IAnnouncer>());
        Assert.True(host.Services.GetRequiredService<ILeadership>().Leads(ShopHarness.Key));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AddCanaryKubernetes_Election_LeadsByTheLeaseAndGivesItBack()
    {
        using var shop = new FakeCluster();
        using var host = Build(shop, new() { ["Kubernetes:LeaseNamespace"] = "shop", ["Kubernetes:Identity"] = "one" });

        await host.StartAsync(TestContext.Current.CancellationToken);
        await Api.Eventually.HoldsAsync(() => host.Services.GetRequiredService<ILeadership>().Leads(ShopHarness.Key));
        Assert.StartsWith("one_", (string?)shop.Find("leases", "canary")!["spec"]!["holderIdentity"], StringComparison.Ordinal);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", (string?)shop.Find("leases", "canary")!["spec"]!["holderIdentity"]);
        Assert.False(host.Services.GetRequiredService<ILeadership>().Leads(ShopHarness.Key));
    }

    [Theory]
    [InlineData("Kubernetes:Namespace", "Shop!")]
    [InlineData("Kubernetes:ClusterDomain", "")]
    [InlineData("Kubernetes:LeaseNamespace", "")]
    [InlineData("Kubernetes:LeaseDuration", "00:30:00")]
    [InlineData("Kubernetes:Api:Attempts", "0")]
    [InlineData("Kubernetes:Watching:RelistAfterFailures", "0")]
    [InlineData("Kubernetes:RenewDeadline", "00:01:00")]
    public async Task StartAsync_WrongOption_StopsTheStartAndNamesIt(string name, string value)
    {
        using var shop = new FakeCluster();
        using var host = Build(shop, new() { [name] = value });

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(name.Split(':')[^1], failure.Message, StringComparison.Ordinal);
    }

    private static IHost Build(FakeCluster cluster, Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        builder.Services.AddSingleton(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1/" });
        builder.Services.AddSingleton(_ => global::Prometheus.Metrics.NewCustomRegistry());
        builder.Services.AddSingleton<DelegatingHandler>(cluster);
        builder.Services.AddCanaryKubernetes();
        return builder.Build();
    }
}

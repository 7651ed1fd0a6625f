using Canary.Kubernetes.Api;
using Canary.Kubernetes.Leadership;
using Canary.Kubernetes.Tests.Api;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Kubernetes.Tests.Leadership;

/// <summary>One replica of the engine, as far as its leadership goes.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly KubernetesApi _api;
    private int _working;

    public Replica(LeaseServer server, FakeClock time, string name, int seed = 7, Func<long, CancellationToken, Task>? work = null)
    {
        Link = new LeaseServer.Link(server);
        _api = new KubernetesApi(
            new KubernetesClientConfiguration { Host = "http://127.0.0.1:1/" },
            new KubernetesApiOptions(),
            time,
            new Random(seed),
            global::Prometheus.Metrics.NewCustomRegistry(),
            NullLogger<KubernetesApi>.Instance,
            Link);
        Elector = new LeaseElector(_api, new LeaderElectionOptions { Namespace = "canary", Identity = name }, time, NullLogger<LeaseElector>.Instance);
        Running = Elector.RunAsync(work ?? WorkAsync, _stop.Token);
    }

    public LeaseServer.Link Link { get; }

    public LeaseElector Elector { get; }

    public Task Running { get; }

    public List<long> Terms { get; } = [];

    public bool Works => Volatile.Read(ref _working) == 1;

    public bool Leads => Elector.IsLeader;

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Ends like a process that is killed: nothing is given back.</summary>
    public async Task KillAsync()
    {
        Link.State = LinkState.Dead;
        await StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _stop.Dispose();
        _api.Dispose();
        Link.Dispose();
    }

    private async Task WorkAsync(long term, CancellationToken cancellationToken)
    {
        Terms.Add(term);
        Volatile.Write(ref _working, 1);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _working, 0);
        }
    }
}

using Canary.Core;
using Canary.Engine.Ports;
using Canary.Kubernetes.Leadership;
using Microsoft.Extensions.Hosting;

namespace Canary.Kubernetes.Store;

/// <summary>Leads all rollouts while this process holds the Lease. Runs with the host. Thread-safe.</summary>
internal sealed class LeaseLeadership : BackgroundService, ILeadership
{
    private readonly LeaseElector _elector;
    private readonly TimeProvider _time;

    public LeaseLeadership(LeaseElector elector, TimeProvider time)
    {
        _elector = elector;
        _time = time;
        elector.Changed += () => Changed?.Invoke();
    }

    /// <inheritdoc />
    public event Action? Changed;

    /// <inheritdoc />
    public bool Leads(RolloutKey key) => _elector.IsLeader;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _elector.RunAsync(
        async (_, ending) => await Task.Delay(Timeout.InfiniteTimeSpan, _time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing),
        stoppingToken);
}

/// <summary>Leads always, where there is only one process.</summary>
internal sealed class SoleLeadership : ILeadership
{
    /// <inheritdoc />
    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <inheritdoc />
    public bool Leads(RolloutKey key) => true;
}

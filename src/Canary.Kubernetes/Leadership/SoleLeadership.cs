using Canary.Core;
using Canary.Engine.Ports;

namespace Canary.Kubernetes.Leadership;

/// <summary>Leads always, where there is only one process.</summary>
internal sealed class SoleLeadership : ILeadership, IDisposable
{
    /// <inheritdoc />
    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <inheritdoc />
    public bool Leads(RolloutKey key) => true;

    /// <inheritdoc />
    public IDisposable Begin(RolloutKey key) => this;

    /// <summary>Nothing ends with a pass.</summary>
    public void Dispose()
    {
    }
}

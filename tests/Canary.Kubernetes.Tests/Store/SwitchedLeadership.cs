using Canary.Core;
using Canary.Engine.Ports;

namespace Canary.Kubernetes.Tests.Store;

/// <summary>Leads while it is told to.</summary>
internal sealed class SwitchedLeadership : ILeadership
{
    private volatile bool _leads = true;

    public event Action? Changed;

    public bool Leads(RolloutKey key) => _leads;

    public IDisposable? Begin(RolloutKey key) => null;

    public void Set(bool leads)
    {
        _leads = leads;
        Changed?.Invoke();
    }
}

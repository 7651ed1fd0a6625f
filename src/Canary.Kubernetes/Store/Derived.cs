using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Store;

/// <summary>What is computed from one version of an object, kept as long as that version is. Thread-safe.</summary>
/// <remarks>Caches hand out the same instance until the object changes, so an idle rollout costs no parsing.</remarks>
internal sealed class Derived<T>(Func<JsonObject, T> compute)
    where T : class
{
    private readonly ConditionalWeakTable<JsonObject, T> _values = [];

    /// <summary>The value for one version of an object.</summary>
    public T Of(JsonObject read) => _values.GetValue(read, version => compute(version));
}

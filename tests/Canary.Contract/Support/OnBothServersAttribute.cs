using System.Reflection;
using Canary.Testing.ControlPlanes;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Canary.Contract.Support;

/// <summary>Runs a theory once on the sandbox's API server and once on a real one, each time with the same further arguments; without a real one the second is skipped and says why.</summary>
/// <param name="arguments">What follows the name of the server.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class OnBothServersAttribute(params object[] arguments) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
        [
            new TheoryDataRow([Servers.Sandbox, .. arguments]),
            new TheoryDataRow([Servers.Real, .. arguments]) { Skip = ControlPlanePrograms.WhyAbsent },
        ]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

using Xunit;

namespace Canary.Scenarios.Crash;

/// <summary>All tests that kill engines share one cluster, one after the other: what is measured in seconds needs the machine.</summary>
[CollectionDefinition(nameof(CrashCollection))]
public sealed class CrashCollection : ICollectionFixture<CrashCluster>;

/// <summary>The same on a real control plane.</summary>
[CollectionDefinition(nameof(RealCrashCollection))]
public sealed class RealCrashCollection : ICollectionFixture<RealCrashCluster>;

using Xunit;

namespace Canary.Scenarios.Crash;

/// <summary>All tests that kill engines share one cluster, one after the other: what is measured in seconds needs the machine.</summary>
[CollectionDefinition(nameof(CrashCollection))]
public sealed class CrashCollection : ICollectionFixture<CrashCluster>;

using Canary.Scenarios.Mesh;
using Canary.Scenarios.OnCall;
using Canary.Scenarios.Promotion;
using Canary.Scenarios.Support;
using Xunit;

namespace Canary.Scenarios.Real;

/// <summary>The stories of promotion, told again on a real API server with the real controllers.</summary>
public sealed class RealHandOverTests(RealCluster cluster) : HandOverTests(cluster);

/// <summary>The races of replicas and hand-over, with the real Deployment controller.</summary>
public sealed class RealHandOverRaceTests(RealCluster cluster) : HandOverRaceTests(cluster);

/// <summary>Supersede, retry, restart, release and zero replicas, likewise.</summary>
public sealed class RealJourneyTests(RealCluster cluster) : JourneyTests(cluster);

/// <summary>Istio's objects and other writers, likewise, with Istio's own definitions where they are at hand.</summary>
public sealed class RealOwnershipTests(RealCluster cluster) : OwnershipTests(cluster);

/// <summary>Aborts from everywhere, likewise.</summary>
public sealed class RealAbortTests(RealCluster cluster, ITestOutputHelper output) : AbortTests(cluster, output);

/// <summary>What is written, likewise.</summary>
public sealed class RealWrittenObjectsTests(RealCluster cluster, ITestOutputHelper output) : WrittenObjectsTests(cluster, output);

using Xunit;

namespace Canary.Scenarios.Crash;

/// <summary>The same on a real control plane, where there is one. A sample of the writes; CANARY_CRASH_SWEEP=full kills at every one.</summary>
[Collection(nameof(RealCrashCollection))]
public sealed class RealCrashTests(RealCrashCluster cluster, ITestOutputHelper output) : CrashTests(cluster, output);

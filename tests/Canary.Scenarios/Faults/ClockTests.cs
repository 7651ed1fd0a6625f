using System.Globalization;
using Canary.Sandbox.Controllers;
using Canary.Scenarios.Crash;
using Canary.Testing;
using Canary.Testing.Faults;
using Xunit;

namespace Canary.Scenarios.Faults;

/// <summary>Somebody sets the engine's wall clock, again and again, by minutes and hours, in both directions.</summary>
[Collection(nameof(CrashCollection))]
public sealed class ClockTests(CrashCluster cluster, ITestOutputHelper output)
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pause", """{"duration":"3s"}""", 1)]
    [InlineData("analyze", """{"atLeast":"3s","atMost":"20s"}""", 2)]
    public async Task Promotion_WhileTheClockJumps_TakesItsTimeAndNoMore(string step, string value, int seed)
    {
        var time = new JumpingTime();
        await using var run = await StartAsync($"clock-{step}", time, step, value);
        await using var jumps = new Jumps(time, seed);

        await run.SetImageAsync("v2");
        List<long> reached = [];
        foreach (var weight in Shop.Weights)
        {
            await run.UntilAsync(() => Shop.WeightOf(run.Journal.Find("VirtualService", Shop.Name)) == weight);
            reached.Add(TimeProvider.System.GetTimestamp());
        }

        await run.UntilAsync(() => run.Unlike("Healthy", "v2", 2).Count == 0);
        reached.Add(TimeProvider.System.GetTimestamp());

        var took = reached.Zip(reached.Skip(1), TimeProvider.System.GetElapsedTime).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {jumps.Count} jumps: {string.Join(", ", took.Select(time => $"{time.TotalSeconds:0.0} s"))}"));
        Assert.Empty(History.Broken(run.Journal, Shop.Weights, resized: false));
        Assert.All(took, span => Assert.InRange(span, Least * 0.85, Least * 5));
        Assert.True(jumps.Count > 20, $"only {jumps.Count} jumps");
        Assert.Equal(1, (await cluster.Sandbox.Api.GetAsync(Kubernetes.Api.ResourceKind.Leases, run.Journal.Namespace, "canary", Token)).Whole("spec", "leaseTransitions")); // the first term is the only one
    }

    [Fact]
    public async Task BadCandidate_WhileTheClockJumps_IsTakenBack()
    {
        var time = new JumpingTime();
        await using var run = await StartAsync("clock-bad", time, "analyze", """{"atMost":"20s"}""");
        await using var jumps = new Jumps(time, seed: 3);
        run.Journal.Counters.CandidateErrors = 0.25;

        await run.SetImageAsync("v2");
        await run.UntilAsync(() => run.Unlike("Degraded", "v1", 2).Count == 0);

        Assert.Equal("RolledBack", run.Outcome);
        Assert.Empty(History.Broken(run.Journal, Shop.Weights, resized: false));
    }

    private Task<FaultRun> StartAsync(string name, JumpingTime time, string step, string value) => FaultRun.StartAsync(
        cluster,
        name,
        paused: false,
        plan: null,
        new EngineSeat
        {
            Time = time,
            Lease = ["--Kubernetes:LeaseDuration=00:00:03", "--Kubernetes:RenewDeadline=00:00:02", "--Kubernetes:RetryPeriod=00:00:00.2"],
        },
        Token,
        spec => FaultRun.Steps(spec, step, value));

    /// <summary>Sets the clock four times a second.</summary>
    private sealed class Jumps : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _jumping;

        public Jumps(JumpingTime time, int seed) => _jumping = RunAsync(time, new SplitMixRandom(seed));

        public int Count { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _jumping;
            _stopping.Dispose();
        }

        private async Task RunAsync(JumpingTime time, SplitMixRandom chance)
        {
            while (!_stopping.IsCancellationRequested)
            {
                var far = TimeSpan.FromMinutes(Math.Pow(10, 3 * chance.NextDouble()) / 5); // 12 s to 3 h
                time.Jump(chance.NextDouble() < 0.5 ? far : -far);
                Count++;
                await Task.Delay(Beat, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

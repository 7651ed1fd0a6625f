using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Canary.Scenarios.Crash;

/// <summary>Kills the engine at every write to the API, before and after it, and starts it again.</summary>
[Collection(nameof(CrashCollection))]
public class CrashTests(CrashCluster cluster, ITestOutputHelper output)
{
    private const int AtOnce = 8;

    /// <summary>On a real control plane, where a story takes longer, each so many-th death; an odd number meets both sides of the writes.</summary>
    private const int RealStride = 11;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Promotion_KilledAtEveryWrite_EndsInTheSameState() => KillAtEveryWriteAsync(Story.Promotion);

    [Fact]
    public Task Rollback_KilledAtEveryWrite_EndsInTheSameState() => KillAtEveryWriteAsync(Story.Rollback);

    [Fact]
    public Task PromotionWithFreshBaseline_KilledAtEveryWrite_EndsInTheSameState() => KillAtEveryWriteAsync(Story.FreshPromotion);

    [Fact]
    public Task RollbackWithFreshBaseline_KilledAtEveryWrite_EndsInTheSameState() => KillAtEveryWriteAsync(Story.FreshRollback);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Promotion_EveryEngineKilledAfterItsFirstWrites_EndsInTheSameState(int writes)
    {
        Assert.SkipWhen(cluster.WhyAbsent is not null, cluster.WhyAbsent ?? "");
        var (expected, _) = await WithoutCrashAsync(Story.Promotion);

        await using var run = new CrashRun(cluster, Story.Promotion, _ => new KillSwitch(writes, Moment.After));
        var ended = await run.RunAsync(expected, Token);

        output.WriteLine($"{run.Engines.Count} engines, each killed after {writes} writes");
        Assert.Equal(expected, ended);
        Assert.Empty(run.Broken);
        Assert.True(run.Engines.Count >= 5, $"only {run.Engines.Count} engines were needed");
    }

    private async Task KillAtEveryWriteAsync(Story story)
    {
        Assert.SkipWhen(cluster.WhyAbsent is not null, cluster.WhyAbsent ?? "");
        var started = TimeProvider.System.GetTimestamp();
        var (expected, writes) = await WithoutCrashAsync(story);
        Assert.InRange(writes, 20, 120);

        var wrong = new ConcurrentBag<string>();
        var crashes = 0;
        List<(int At, Moment Moment)> plan = [.. from at in Enumerable.Range(1, writes) from moment in new[] { Moment.Before, Moment.After } select (at, moment)];
        if (cluster.IsReal && Environment.GetEnvironmentVariable("CANARY_CRASH_SWEEP") != "full")
        {
            // spread over the whole story, and over both sides of the writes
            plan = [.. plan.Where((_, number) => number % RealStride == 0)];
        }

        await Parallel.ForEachAsync(plan, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Token }, async (death, cancellation) =>
        {
            await using var run = new CrashRun(cluster, story, engine => new KillSwitch(engine == 0 ? death.At : 0, death.Moment));
            var ended = await run.RunAsync(expected, cancellation);
            var first = run.Engines[0].Death;
            Interlocked.Add(ref crashes, first.IsDead ? 1 : 0);
            var broken = run.Broken;
            if (ended != expected || broken.Count > 0)
            {
                wrong.Add($"killed {death.Moment.ToString().ToLowerInvariant()} write {death.At}, {(first.IsDead ? first.Writes[^1] : "which did not come")}:\n{string.Join('\n', broken)}\n{Difference(expected, ended)}");
            }
        });

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{story.Name}: {writes} writes, {plan.Count} runs, {crashes} crashes, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s\n{expected}"));
        Assert.True(wrong.IsEmpty, string.Join("\n\n", wrong.Order(StringComparer.Ordinal)));
        Assert.True(crashes >= plan.Count * 8 / 10, $"only {crashes} of {plan.Count} engines were killed: the others were done before");
    }

    private async Task<(string Ended, int Writes)> WithoutCrashAsync(Story story)
    {
        await using var run = new CrashRun(cluster, story, _ => new KillSwitch(0, Moment.Before));
        var ended = await run.RunAsync(null, Token);
        output.WriteLine(ended);
        output.WriteLine(run.Message);
        Assert.Empty(run.Broken);
        Assert.Single(run.Engines);
        return (ended, run.Engines[0].Death.Writes.Count);
    }

    private static string Difference(string expected, string ended)
    {
        var (wanted, found) = (expected.Split('\n'), ended.Split('\n'));
        return string.Join('\n', wanted.Except(found).Select(line => $"  - {line}").Concat(found.Except(wanted).Select(line => $"  + {line}")));
    }
}

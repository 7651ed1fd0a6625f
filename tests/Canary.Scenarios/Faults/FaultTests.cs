using System.Collections.Concurrent;
using System.Globalization;
using Canary.Scenarios.Crash;
using Canary.Testing.Faults;
using Xunit;

namespace Canary.Scenarios.Faults;

/// <summary>Every scenario while the API misbehaves: the right end, and no invariant broken on the way.</summary>
/// <remarks>
/// The seeds are fixed, so that a red test is red again. CANARY_FAULT_RUNS=n takes n seeds by the clock instead, CANARY_FAULT_SEED=s takes that one,
/// and CANARY_FAULT_STORY=name tells that story alone.
/// </remarks>
[Collection(nameof(CrashCollection))]
public class FaultTests(CrashCluster cluster, ITestOutputHelper output)
{
    private const int AtOnce = 6;
    private const int MostFaults = 16;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scenarios_UnderRandomFaults_EndRight()
    {
        Assert.SkipWhen(cluster.WhyAbsent is not null, cluster.WhyAbsent ?? "");
        var wrong = new ConcurrentBag<string>();
        var told = new ConcurrentBag<string>();
        var only = Environment.GetEnvironmentVariable("CANARY_FAULT_STORY");
        var runs = from seed in Seeds() from story in FaultStory.All where (cluster.IsReal || !story.RealOnly) && (only is null || only == story.Name) select (seed, story);
        await Parallel.ForEachAsync(runs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Token }, async (run, cancellation) =>
        {
            var started = TimeProvider.System.GetTimestamp();
            var plan = new FaultPlan(run.seed, run.story.Name, MostFaults);
            var problems = await TellAsync(run.story, plan, cancellation);
            var line = string.Create(CultureInfo.InvariantCulture, $"{run.story.Name}: {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s, {plan.Met} faults, {plan}");
            told.Add(line);
            if (problems.Count > 0)
            {
                wrong.Add($"CANARY_FAULT_SEED={run.seed} CANARY_FAULT_STORY={run.story.Name}\n  {line}\n  {string.Join("\n  ", problems)}");
            }
        });

        output.WriteLine(string.Join('\n', told.Order(StringComparer.Ordinal)));
        Assert.True(wrong.IsEmpty, string.Join("\n\n", wrong.Order(StringComparer.Ordinal)));
    }

    private async Task<List<string>> TellAsync(FaultStory story, FaultPlan plan, CancellationToken cancellation)
    {
        FaultRun? run = null;
        try
        {
            run = await FaultRun.StartAsync(cluster, story.Name, story.Paused, plan, new EngineSeat(), cancellation);
            run.Journal.Counters.CandidateErrors = story.Errors;
            await story.TellAsync(run);
            await run.UntilAsync(() => story.Unlike(run).Count == 0);
            plan.Calm();
            await run.SettleAsync();
            return [.. story.Unlike(run), .. story.Ends ? [] : History.Broken(run.Journal, Shop.Weights, run.Resized)];
        }
        catch (TimeoutException late)
        {
            return [late.Message, .. run is null ? [] : story.Unlike(run), .. run is null ? [] : History.Broken(run.Journal, Shop.Weights, run.Resized)];
        }
        finally
        {
            if (run is not null)
            {
                await run.DisposeAsync();
            }
        }
    }

    private static IEnumerable<int> Seeds()
    {
        if (Environment.GetEnvironmentVariable("CANARY_FAULT_SEED") is { Length: > 0 } seed)
        {
            return [int.Parse(seed, CultureInfo.InvariantCulture)];
        }

        return Environment.GetEnvironmentVariable("CANARY_FAULT_RUNS") is { Length: > 0 } runs
            ? Enumerable.Range((int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() % 1_000_000_000), int.Parse(runs, CultureInfo.InvariantCulture))
            : [20261];
    }
}

/// <summary>The same on a real control plane, where there is one.</summary>
[Collection(nameof(RealCrashCollection))]
public sealed class RealFaultTests(RealCrashCluster cluster, ITestOutputHelper output) : FaultTests(cluster, output);

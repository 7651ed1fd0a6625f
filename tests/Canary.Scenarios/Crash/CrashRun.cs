using Canary.Sandbox.Controllers;

namespace Canary.Scenarios.Crash;

/// <summary>One story in a namespace of its own, told by one engine after the other.</summary>
/// <param name="cluster">Where.</param>
/// <param name="story">Which.</param>
/// <param name="nextDeath">How each engine dies, by its number from 0.</param>
internal sealed class CrashRun(CrashCluster cluster, Story story, Func<int, KillSwitch> nextDeath) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<CrashEngine> _engines = [];
    private readonly List<Task> _funerals = [];

    public Journal Journal { get; } = cluster.NewNamespace(story.Name);

    /// <summary>The engines that there were, in order.</summary>
    public IReadOnlyList<CrashEngine> Engines => _engines;

    /// <summary>What the Rollout says of itself.</summary>
    public string Message => Journal.Find("Rollout", Shop.Name).Text("status", "message") ?? "";

    public IReadOnlyList<string> Broken => History.Broken(Journal, story);

    /// <summary>Tells the story and returns the state in which it ends.</summary>
    /// <param name="expected">The state to wait for; null waits until nothing changes any more.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<string> RunAsync(string? expected, CancellationToken cancellation)
    {
        Journal.Counters.CandidateErrors = story.Errors;
        await cluster.Sandbox.ApplyAsync(Shop.Objects(Journal.Namespace, story.Fresh), cancellation);
        await NextEngineAsync(cancellation);
        await UntilAsync(() => Shop.IsTakenOver(Journal), cancellation);
        await Shop.SetImageAsync(cluster.Sandbox.Api, Journal.Namespace, story.Image, cancellation);
        if (expected is null)
        {
            await UntilAsync(() => Phase == story.Phase && Outcome is not null, cancellation);
            await JournalWaits.SettleAsync(Journal, cancellation);
        }
        else
        {
            await UntilAsync(() => FinalState.Of(Journal) == expected, cancellation);
        }

        return FinalState.Of(Journal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines)
        {
            _funerals.Add(engine.DisposeAsync().AsTask());
        }

        await Task.WhenAll(_funerals);
        cluster.Forget(Journal);
    }

    private string? Phase => Journal.Find("Rollout", Shop.Name).Text("status", "phase");

    private string? Outcome => Journal.Find("Rollout", Shop.Name).Items("status", "history").FirstOrDefault(entry => entry.Text("image") == story.Image).Text("outcome");

    /// <summary>Waits for a condition, and puts a new engine in place of one that died. Comes back after a while in any case: the comparison tells what is missing.</summary>
    private async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        while (true)
        {
            var change = Journal.NextChange;
            if (condition() || patience.IsCancellationRequested)
            {
                return;
            }

            var death = _engines[^1].Death;
            Task woken = Task.WhenAny(change, death.Killed);
            await woken.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (death.IsDead)
            {
                await NextEngineAsync(cancellation);
            }
        }
    }

    private async Task NextEngineAsync(CancellationToken cancellation)
    {
        _engines.Add(await CrashEngine.StartAsync(cluster, Journal, nextDeath(_engines.Count), cancellation));
    }
}

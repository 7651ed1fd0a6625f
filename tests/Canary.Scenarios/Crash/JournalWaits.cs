namespace Canary.Scenarios.Crash;

/// <summary>Waits for what a journal shows.</summary>
internal static class JournalWaits
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>Waits until nothing has changed for a while.</summary>
    public static async Task SettleAsync(Journal journal, CancellationToken cancellation)
    {
        for (var quiet = false; !quiet;)
        {
            using var pause = new CancellationTokenSource(Quiet, TimeProvider.System);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellation);
            await journal.NextChange.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            quiet = pause.IsCancellationRequested;
        }
    }

    /// <summary>Waits for a condition, looked at after every change.</summary>
    /// <exception cref="TimeoutException">It did not come; the message tells what is there instead.</exception>
    public static async Task UntilAsync(Journal journal, Func<bool> condition, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        while (true)
        {
            var change = journal.NextChange;
            if (condition())
            {
                return;
            }

            await change.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"it did not come to what was waited for:\n{FinalState.Of(journal)}");
            }
        }
    }
}

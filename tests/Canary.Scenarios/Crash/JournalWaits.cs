namespace Canary.Scenarios.Crash;

/// <summary>Waits for what a journal shows.</summary>
internal static class JournalWaits
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

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

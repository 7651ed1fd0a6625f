namespace Canary.Engine.Tests.Fakes;

/// <summary>What happened, in order; tests wait for lines in it.</summary>
internal sealed class Journal
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<IReadOnlyList<string>, bool> Condition, TaskCompletionSource Signal)> _waiters = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            foreach (var (_, signal) in _waiters.Where(waiter => waiter.Condition(_lines)).ToList())
            {
                signal.TrySetResult();
            }

            _waiters.RemoveAll(waiter => waiter.Signal.Task.IsCompleted);
        }
    }

    public int Count(string line) => Lines.Count(each => each == line);

    public Task WaitForAsync(string line, int times = 1) => WaitForAsync(lines => lines.Count(each => each == line) >= times, line);

    private async Task WaitForAsync(Func<IReadOnlyList<string>, bool> condition, string what)
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(_lines))
            {
                return;
            }

            _waiters.Add((condition, signal));
        }

        try
        {
            await signal.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"'{what}' did not come; there was: {string.Join("; ", Lines)}");
        }
    }
}

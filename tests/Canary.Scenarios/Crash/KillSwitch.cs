namespace Canary.Scenarios.Crash;

/// <summary>Kills an engine at one of its writes: from then on nothing that it does reaches anybody, and it gets no answer to anything. Thread-safe.</summary>
/// <param name="at">Which write, from 1; 0 never.</param>
/// <param name="moment">Before it is sent, or when it was carried out and before its answer is seen.</param>
internal sealed class KillSwitch(int at, Moment moment) : DelegatingHandler
{
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<HttpResponseMessage> _never = new();
    private readonly Lock _lock = new();
    private readonly List<string> _writes = [];

    /// <summary>Completes when the engine was killed.</summary>
    public Task Killed => _killed.Task;

    public bool IsDead => _killed.Task.IsCompleted;

    /// <summary>The writes that were begun.</summary>
    public IReadOnlyList<string> Writes
    {
        get
        {
            lock (_lock)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>Kills it now.</summary>
    public void Kill() => _killed.TrySetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var strikes = false;
        lock (_lock)
        {
            if (!IsDead && request.Method != HttpMethod.Get)
            {
                _writes.Add($"{request.Method} {request.RequestUri!.AbsolutePath}");
                strikes = _writes.Count == at;
            }

            if (strikes && moment == Moment.Before)
            {
                _killed.TrySetResult();
            }
        }

        if (!IsDead)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (strikes)
            {
                _killed.TrySetResult();
            }

            if (!IsDead)
            {
                return response;
            }

            response.Dispose();
        }

        return await _never.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>On which side of a write the engine dies.</summary>
internal enum Moment
{
    Before,
    After,
}

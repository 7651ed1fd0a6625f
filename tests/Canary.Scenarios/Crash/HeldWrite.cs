using System.Net;

namespace Canary.Scenarios.Crash;

/// <summary>
/// Freezes an engine as a stopped machine would be: when armed, its next write of one kind stays on the way, whatever its sender thinks of it, and nothing else of it gets through,
/// until it is let go. Thread-safe.
/// </summary>
/// <param name="method">The write's method.</param>
/// <param name="path">What its path holds.</param>
internal sealed class HeldWrite(HttpMethod method, string path) : DelegatingHandler
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<HttpStatusCode> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    /// <summary>Completes when a write is held.</summary>
    public Task Held => _held.Task;

    /// <summary>What the server said to the write that was held.</summary>
    public Task<HttpStatusCode> Answer => _answer.Task;

    /// <summary>Holds the next such write.</summary>
    public void Arm() => Interlocked.CompareExchange(ref _state, 1, 0);

    /// <summary>Lets everything go.</summary>
    public void Release() => _released.TrySetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == method && request.RequestUri!.AbsolutePath.Contains(path, StringComparison.Ordinal)
            && Interlocked.CompareExchange(ref _state, 2, 1) == 1)
        {
            _held.TrySetResult();
            await _released.Task;
            var response = await base.SendAsync(request, CancellationToken.None);
            _answer.TrySetResult(response.StatusCode);
            return response;
        }

        if (_held.Task.IsCompleted)
        {
            await _released.Task.WaitAsync(cancellationToken);
        }

        return await base.SendAsync(request, cancellationToken);
    }
}

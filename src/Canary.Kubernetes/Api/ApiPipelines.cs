using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Canary.Kubernetes.Api;

/// <summary>Timeouts, retries and the bound on concurrency of calls that are not watches. Thread-safe.</summary>
internal sealed class ApiPipelines : IDisposable
{
    private readonly SemaphoreSlim _slots;
    private readonly Lane _ordinary;
    private readonly Lane _careful;
    private readonly Lane _lists;

    public ApiPipelines(KubernetesApiOptions options, TimeProvider time, Jitter jitter, Action<KubernetesApiException, TimeSpan> onRetry)
    {
        _slots = new SemaphoreSlim(options.MaxConcurrentRequests);
        _ordinary = BuildLane(options.AttemptTimeout, options.TotalTimeout, static failure => failure.IsTransient);
        _careful = BuildLane(options.AttemptTimeout, options.TotalTimeout, static failure => failure.WasNotExecuted);
        _lists = BuildLane(options.ListTimeout, options.ListTimeout * 2, static failure => failure.IsTransient);

        Lane BuildLane(TimeSpan attemptTimeout, TimeSpan totalTimeout, Func<KubernetesApiException, bool> mayRepeat)
        {
            var attempt = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(attemptTimeout).Build();
            var call = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(totalTimeout);
            if (options.Attempts > 1)
            {
                call.AddRetry(new RetryStrategyOptions
                {
                    MaxRetryAttempts = options.Attempts - 1,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = options.RetryDelay,
                    MaxDelay = TimeSpan.FromSeconds(10),
                    UseJitter = true,
                    Randomizer = jitter.Next,
                    // A wait longer than the call may last is the caller's to plan.
                    ShouldHandle = arguments => ValueTask.FromResult(
                        arguments.Outcome.Exception is KubernetesApiException failure && mayRepeat(failure) && !(failure.RetryAfter >= totalTimeout)),
                    DelayGenerator = static arguments => ValueTask.FromResult((arguments.Outcome.Exception as KubernetesApiException)?.RetryAfter),
                    OnRetry = arguments =>
                    {
                        onRetry((KubernetesApiException)arguments.Outcome.Exception!, arguments.RetryDelay); // ShouldHandle lets no other type in
                        return default;
                    },
                });
            }

            return new Lane(call.Build(), attempt);
        }
    }

    /// <summary>Runs a call; throws <see cref="KubernetesApiException"/>, or <see cref="OperationCanceledException"/> when the caller cancels.</summary>
    public async Task<T> ExecuteAsync<T>(ApiCall call, Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken)
    {
        var lane = call.Verb == "list" ? _lists : call.Repeatable ? _ordinary : _careful;
        KubernetesApiException? lastFailure = null;
        try
        {
            return await lane.Call.ExecuteAsync(AttemptAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException exception)
        {
            var message = lastFailure is null
                ? $"{call}: no answer within {exception.Timeout}"
                : $"{call}: no success within {exception.Timeout}; last failure: {lastFailure.Message}";
            throw new KubernetesApiException(0, KubernetesApiException.TimeoutReason, message, lastFailure?.RetryAfter, lastFailure ?? (Exception)exception);
        }

        async ValueTask<T> AttemptAsync(CancellationToken token)
        {
            await _slots.WaitAsync(token).ConfigureAwait(false);
            try
            {
                return await lane.Attempt.ExecuteAsync(async inner => await send(inner).ConfigureAwait(false), token).ConfigureAwait(false);
            }
            catch (TimeoutRejectedException exception)
            {
                lastFailure = new KubernetesApiException(
                    0, KubernetesApiException.TimeoutReason, $"{call}: no answer within {exception.Timeout}", null, exception);
                throw lastFailure;
            }
            catch (KubernetesApiException exception)
            {
                lastFailure = exception;
                throw;
            }
            finally
            {
                _slots.Release();
            }
        }
    }

    public void Dispose() => _slots.Dispose();

    private sealed record Lane(ResiliencePipeline Call, ResiliencePipeline Attempt);
}

using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Canary.Engine.Announcing;

/// <summary>How the engine's own calls are retried; adapters have pipelines of their own.</summary>
internal static class EnginePipelines
{
    /// <summary>A few attempts, each within its time, each further one after twice the wait of the one before.</summary>
    public static ResiliencePipeline Announcement(EngineOptions options, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.AnnouncementRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.AnnouncementRetries,
                Delay = TimeSpan.FromMilliseconds(500),
                BackoffType = DelayBackoffType.Exponential,
            });
        }

        return builder.AddTimeout(new TimeoutStrategyOptions { Timeout = options.AnnouncementTimeout }).Build();
    }
}

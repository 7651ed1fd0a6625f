using System.Threading.Channels;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;

namespace Canary.Engine.Announcing;

/// <summary>Tells announcements one after the other, outside the passes that made them. Thread-safe.</summary>
/// <remarks>Whoever posts never waits: when too many wait, the oldest are dropped and counted.</remarks>
internal sealed class AnnouncementPump : BackgroundService
{
    private readonly Channel<Posted> _channel;
    private readonly IAnnouncer _announcer;
    private readonly EngineTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly EngineOptions _options;
    private readonly ILogger<AnnouncementPump> _logger;
    private readonly ResiliencePipeline _pipeline;

    public AnnouncementPump(
        IAnnouncer announcer, EngineTelemetry telemetry, TimeProvider time, IOptions<EngineOptions> options, ILogger<AnnouncementPump> logger)
    {
        _announcer = announcer;
        _telemetry = telemetry;
        _time = time;
        _options = options.Value;
        _logger = logger;
        _pipeline = EnginePipelines.Announcement(_options, time);
        _channel = Channel.CreateBounded<Posted>(
            new BoundedChannelOptions(_options.AnnouncementCapacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            Drop);
    }

    /// <summary>Leaves announcements to be told.</summary>
    public void Post(RolloutKey key, ValueList<Announcement> announcements)
    {
        foreach (var announcement in announcements)
        {
            var posted = new Posted(key, announcement);
            if (!_channel.Writer.TryWrite(posted))
            {
                Drop(posted); // the process stops
            }
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hurry = new CancellationTokenSource();
        var draining = DrainAsync(hurry.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        _channel.Writer.TryComplete();
        try
        {
            await draining.WaitAsync(_options.ShutdownTimeout, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await hurry.CancelAsync().ConfigureAwait(false);
            await draining.ConfigureAwait(false);
        }
    }

    private async Task DrainAsync(CancellationToken hurry)
    {
        await foreach (var posted in _channel.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (hurry.IsCancellationRequested)
            {
                Drop(posted);
                continue;
            }

            try
            {
                await _pipeline.ExecuteAsync(
                    static (call, cancellation) => new ValueTask(call.Announcer.AnnounceAsync(call.Posted.Key, call.Posted.Announcement, cancellation)),
                    (Announcer: _announcer, Posted: posted),
                    hurry).ConfigureAwait(false);
                _telemetry.Announcement("told");
            }
            catch (Exception failure)
            {
                // Nobody hears of it, but the rollout goes on: what happened is in the status too.
                _telemetry.Announcement("failed");
                _logger.NotAnnounced(failure, posted.Key, posted.Announcement.Reason);
            }
        }
    }

    private void Drop(Posted posted)
    {
        _telemetry.Announcement("dropped");
        _logger.AnnouncementDropped(posted.Key, posted.Announcement.Reason);
    }

    private sealed record Posted(RolloutKey Key, Announcement Announcement);
}

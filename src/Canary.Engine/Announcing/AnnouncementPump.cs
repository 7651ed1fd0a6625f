using System.Threading.Channels;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;

namespace Canary.Engine.Announcing;

/// <summary>Tells announcements outside the passes that made them: those of one rollout one after the other, those of different rollouts at once. Thread-safe.</summary>
/// <remarks>Whoever posts never waits: when too many wait, the oldest are dropped and counted. A rollout whose announcements cannot be told delays no other.</remarks>
internal sealed class AnnouncementPump : BackgroundService
{
    private readonly AnnouncementLanes _lanes;
    private readonly Channel<RolloutKey> _ready = Channel.CreateUnbounded<RolloutKey>();
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
        _lanes = new AnnouncementLanes(_options.AnnouncementCapacity);
    }

    /// <summary>Leaves announcements to be told.</summary>
    public void Post(RolloutKey key, ValueList<Announcement> announcements)
    {
        foreach (var announcement in announcements)
        {
            var (opened, dropped) = _lanes.Add(new Posted(key, announcement));
            if (dropped is not null)
            {
                Drop(dropped);
            }

            if (opened)
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hurry = new CancellationTokenSource();
        var telling = Task.WhenAll(Enumerable.Range(0, _options.AnnouncementTellers).Select(_ => TellAsync(hurry.Token)));
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        CompleteWhen(_lanes.Close());
        try
        {
            await telling.WaitAsync(_options.ShutdownTimeout, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await hurry.CancelAsync().ConfigureAwait(false);
            await telling.ConfigureAwait(false);
        }
    }

    private async Task TellAsync(CancellationToken hurry)
    {
        await foreach (var key in _ready.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (_lanes.Take(key) is { } posted)
            {
                await TellAsync(posted, hurry).ConfigureAwait(false);
            }

            var (more, done) = _lanes.Return(key);
            if (more)
            {
                _ready.Writer.TryWrite(key); // behind the others
            }

            CompleteWhen(done);
        }
    }

    private async Task TellAsync(Posted posted, CancellationToken hurry)
    {
        if (hurry.IsCancellationRequested)
        {
            Drop(posted);
            return;
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

    private void CompleteWhen(bool done)
    {
        if (done)
        {
            _ready.Writer.TryComplete();
        }
    }

    private void Drop(Posted posted)
    {
        _telemetry.Announcement("dropped");
        _logger.AnnouncementDropped(posted.Key, posted.Announcement.Reason);
    }
}

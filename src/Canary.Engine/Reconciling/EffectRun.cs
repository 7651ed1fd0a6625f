using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Engine.Queueing;
using Microsoft.Extensions.Logging;

namespace Canary.Engine.Reconciling;

/// <summary>Applies the effects of one pass in their order. One caller; used once.</summary>
/// <remarks>A failure is kept, told and counted; it stops only what stands on it.</remarks>
internal sealed class EffectRun(Snapshot snapshot, WorkItem item, EffectPorts ports)
{
    private readonly HashSet<EffectGroup> _failed = [];
    private readonly List<Announcement> _news = [];

    /// <summary>Whether an effect failed.</summary>
    public bool HasFailed => _failed.Count > 0;

    /// <summary>The shortest wait that a failure asked for; null when none did.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>What failures have to tell people, each once.</summary>
    public ValueList<Announcement> News => _news.Distinct().ToValueList();

    /// <summary>How the run was ended early; null when it went to its end.</summary>
    public PassEnd? CutShort { get; private set; }

    /// <summary>Applies one effect, unless it has to wait or the run was cut short.</summary>
    /// <param name="effect">The effect.</param>
    /// <param name="stop">Stops the process.</param>
    public async Task ApplyAsync(Effect effect, CancellationToken stop)
    {
        CutShort ??= Hindrance(stop);
        if (CutShort is not null)
        {
            return;
        }

        var name = effect.GetType().Name;
        if (EffectGroups.Waits(snapshot, effect, _failed))
        {
            ports.Telemetry.Effect(name, "skipped");
            return;
        }

        using var timeout = new CancellationTokenSource(ports.Timeout, ports.Time);
        using var linked = effect.LowersExposure
            ? CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop, item.Interrupted)
            : CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop, item.Interrupted, item.Overtaken);
        try
        {
            await ports.Applier.ApplyAsync(snapshot, effect, linked.Token).ConfigureAwait(false);
            ports.Telemetry.Effect(name, "done");
            ports.Logger.EffectDone(item.Key, effect);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || item.Interrupted.IsCancellationRequested)
        {
            ports.Telemetry.Effect(name, "cancelled");
            CutShort = PassEnd.Stopped;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            Fail(effect, "timeout", null);
            ports.Logger.EffectTimedOut(item.Key, effect, ports.Timeout);
        }
        catch (OperationCanceledException) when (item.Overtaken.IsCancellationRequested)
        {
            ports.Telemetry.Effect(name, "cancelled");
            CutShort = PassEnd.Overtaken;
        }
        catch (EffectFailedException failure)
        {
            Fail(effect, "failed", failure.RetryAfter);
            if (failure.News is { } news)
            {
                _news.Add(news);
            }

            ports.Logger.EffectFailed(item.Key, effect, failure.Message);
        }
        catch (Exception failure)
        {
            // Not what the port promises: told as an error, and handled as any other failure.
            Fail(effect, "failed", null);
            ports.Logger.EffectBroke(failure, item.Key, effect);
        }
    }

    private PassEnd? Hindrance(CancellationToken stop)
    {
        if (stop.IsCancellationRequested || item.Interrupted.IsCancellationRequested || !ports.Leadership.Leads(item.Key))
        {
            return PassEnd.Stopped;
        }

        return item.Overtaken.IsCancellationRequested ? PassEnd.Overtaken : null;
    }

    private void Fail(Effect effect, string result, TimeSpan? retryAfter)
    {
        _failed.Add(EffectGroups.Of(effect));
        ports.Telemetry.Effect(effect.GetType().Name, result);
        if (retryAfter is not null && (RetryAfter is null || retryAfter < RetryAfter))
        {
            RetryAfter = retryAfter;
        }
    }
}

/// <summary>What applying an effect needs. Immutable.</summary>
/// <param name="Applier">Changes the world.</param>
/// <param name="Leadership">Says whether that is allowed.</param>
/// <param name="Telemetry">Counts.</param>
/// <param name="Logger">Tells.</param>
/// <param name="Time">Measures the timeout.</param>
/// <param name="Timeout">The longest one effect may take.</param>
internal sealed record EffectPorts(
    IEffectApplier Applier, ILeadership Leadership, EngineTelemetry Telemetry, ILogger Logger, TimeProvider Time, TimeSpan Timeout);

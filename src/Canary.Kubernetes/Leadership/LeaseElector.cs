using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Microsoft.Extensions.Logging;

namespace Canary.Kubernetes.Leadership;

/// <summary>
/// Elects one leader among replicas by a Lease, as client-go does, but so that there are never two: leading ends by this process's own monotonic clock when
/// renewing has failed for <see cref="LeaderElectionOptions.RenewDeadline"/>, and others wait <see cref="LeaderElectionOptions.LeaseDuration"/> from when they
/// themselves last saw a renewal. Clocks of different machines are never compared. Thread-safe; <see cref="RunAsync"/> runs once at a time.
/// </summary>
/// <remarks>
/// A process that is frozen cannot notice it: ask <see cref="IsLeader"/> right before a write, and let the write carry a resourceVersion. That is the fence.
/// </remarks>
public sealed partial class LeaseElector
{
    private static readonly TimeSpan MaxAttempt = TimeSpan.FromSeconds(5);

    private readonly KubernetesApi _api;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private JsonObject? _lease;
    private LeaseRecord? _observed;
    private long _observedAt;
    private long _highestToken;
    private volatile LeaderTerm? _term;
    private int _running;

    /// <summary>Prepares an elector; nothing is sent before <see cref="RunAsync"/>.</summary>
    /// <param name="api">The API that holds the Lease; not disposed.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">Clock of deadlines, pauses and the times written to the Lease.</param>
    /// <param name="logger">Receives terms won and lost, and failures.</param>
    public LeaseElector(KubernetesApi api, LeaderElectionOptions options, TimeProvider time, ILogger<LeaseElector> logger)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(options);
        _api = api;
        _options = options;
        _time = time;
        _logger = logger;
        Identity = $"{options.Identity}_{Guid.NewGuid():N}";
    }

    /// <summary>Leading began or ended. Told by the elector's own task; a handler returns quickly and does not throw. After a lost connection it comes at the
    /// deadline or later: <see cref="IsLeader"/> is the truth.</summary>
    public event Action? Changed;

    /// <summary>Who this elector is in the Lease: the configured identity, an underscore, and a suffix that no other elector has.</summary>
    public string Identity { get; }

    /// <summary>Whether this process leads at this very moment: it holds a term whose last successful renewal began less than the deadline ago.</summary>
    public bool IsLeader => FencingToken is not null;

    /// <summary>The number of the present term, null when not leading. Each term of any replica has a higher one than all before, as long as the Lease object exists.</summary>
    public long? FencingToken => _term is { } term && LeftOf(term) > TimeSpan.Zero ? term.Token : null;

    /// <summary>Tries to lead, leads, and tries again, until cancelled; then waits for the work to stop and gives the Lease back.</summary>
    /// <param name="whileLeading">The work of a term: gets the fencing token and a token that is cancelled when the term ends. A new term begins only after it has
    /// returned. When it returns, or throws, while leading, the Lease is given back and tried for again.</param>
    /// <param name="cancellationToken">Asks for a graceful stop.</param>
    /// <returns>A task that completes, successfully, after cancellation; failures of the API or of the work are logged, not thrown.</returns>
    /// <exception cref="InvalidOperationException">It runs already.</exception>
    public async Task RunAsync(Func<long, CancellationToken, Task> whileLeading, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(whileLeading);
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException("the elector runs already");
        }

        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                if (await TryAcquireAsync(cancellationToken).ConfigureAwait(false) is { } term)
                {
                    await LeadAsync(term, whileLeading, cancellationToken).ConfigureAwait(false);
                }

                await PauseAsync(_options.RetryPeriod * (1 + (0.2 * _api.Jitter.Next())), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private async Task LeadAsync(LeaderTerm term, Func<long, CancellationToken, Task> whileLeading, CancellationToken cancellationToken)
    {
        _term = term;
        LogLeading(Identity, term.Token);
        Changed?.Invoke();

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var workDone = new CancellationTokenSource();
        var work = WorkAsync(whileLeading, term.Token, workDone, ending.Token);

        // Renewed until the work has stopped, also while it is being stopped: its last writes are still under the term.
        var stopped = await RenewAsync(workDone.Token).ConfigureAwait(false);
        if (stopped)
        {
            await work.ConfigureAwait(false);
            _term = null;
            LogStopped(Identity, term.Token);
            Changed?.Invoke();
            await ReleaseAsync().ConfigureAwait(false);
        }
        else
        {
            _term = null;
            LogLost(Identity, term.Token);
            Changed?.Invoke();
            await ending.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
    }

    private async Task WorkAsync(Func<long, CancellationToken, Task> whileLeading, long token, CancellationTokenSource done, CancellationToken ending)
    {
        try
        {
            // On the pool: work that blocks before its first await must not hold up the renewals.
            await Task.Run(() => whileLeading(token, ending), CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // asked to stop
        }
        catch (Exception exception)
        {
            LogWorkFailed(exception, token);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Renews until told to stop, which gives true, or until another holder is seen or the deadline has passed, which gives false.</summary>
    private async Task<bool> RenewAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && _term is { } term && LeftOf(term) is var left && left > TimeSpan.Zero)
        {
            await PauseAsync(left < _options.RetryPeriod ? left : _options.RetryPeriod, stop).ConfigureAwait(false);
            left = LeftOf(term);
            if (stop.IsCancellationRequested || left <= TimeSpan.Zero)
            {
                break;
            }

            // No attempt outlives the deadline, and none the work.
            var started = _time.GetTimestamp();
            var renewed = await AttemptAsync(token => HoldAsync(term, token), left, stop).ConfigureAwait(false);
            if (renewed == Attempt.Succeeded)
            {
                _term = term with { RenewedAt = started };
            }
            else if (renewed == Attempt.TakenByAnother)
            {
                return false;
            }
        }

        return stop.IsCancellationRequested;
    }

    private async Task<LeaderTerm?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var token = 0L;
        var attempt = await AttemptAsync(
            async cancellation =>
            {
                await ObserveAsync(cancellation).ConfigureAwait(false);
                if (_observed is { } observed && observed.Holder.Length > 0 && observed.Holder != Identity && !Expired(observed))
                {
                    return Attempt.TakenByAnother;
                }

                // Every term has its own number, also when nobody else held the Lease in between or it was deleted and made anew.
                token = Math.Max(_observed is { } former ? former.Transitions + 1 : 0, _highestToken + 1);
                var written = LeaseRecord.Write(
                    _lease, _options.Namespace, _options.Name, Identity, _options.LeaseDuration, token, _time.GetUtcNow(), acquired: true);
                Note(_lease is null
                    ? await _api.CreateAsync(ResourceKind.Leases, _options.Namespace, written, cancellation).ConfigureAwait(false)
                    : await _api.UpdateAsync(ResourceKind.Leases, written, cancellation).ConfigureAwait(false));
                return Attempt.Succeeded;
            },
            _options.RenewDeadline,
            cancellationToken).ConfigureAwait(false);
        if (attempt != Attempt.Succeeded)
        {
            return null;
        }

        _highestToken = token;
        var term = new LeaderTerm(token, started);
        return LeftOf(term) > TimeSpan.Zero ? term : null;
    }

    private async Task<Attempt> HoldAsync(LeaderTerm term, CancellationToken cancellationToken)
    {
        if (_lease is null)
        {
            await ObserveAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_observed is { } observed && (observed.Holder != Identity || observed.Transitions != term.Token))
        {
            return Attempt.TakenByAnother;
        }

        var written = LeaseRecord.Write(
            _lease, _options.Namespace, _options.Name, Identity, _options.LeaseDuration, term.Token, _time.GetUtcNow(), acquired: _lease is null);
        Note(_lease is null
            ? await _api.CreateAsync(ResourceKind.Leases, _options.Namespace, written, cancellationToken).ConfigureAwait(false)
            : await _api.UpdateAsync(ResourceKind.Leases, written, cancellationToken).ConfigureAwait(false));
        return Attempt.Succeeded;
    }

    private async Task ReleaseAsync()
    {
        await AttemptAsync(
            async cancellation =>
            {
                await ObserveAsync(cancellation).ConfigureAwait(false);
                if (_lease is not null && _observed is { } observed && observed.Holder == Identity)
                {
                    // One second, as client-go does: whoever reads it may take it at once.
                    var written = LeaseRecord.Write(
                        _lease, _options.Namespace, _options.Name, string.Empty, TimeSpan.FromSeconds(1), observed.Transitions, _time.GetUtcNow(), acquired: false);
                    Note(await _api.UpdateAsync(ResourceKind.Leases, written, cancellation).ConfigureAwait(false));
                    LogReleased(Identity);
                }

                return Attempt.Succeeded;
            },
            MaxAttempt,
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Runs one exchange with the API within a time; never throws for failures of the API or for cancellation.</summary>
    private async Task<Attempt> AttemptAsync(Func<CancellationToken, Task<Attempt>> exchange, TimeSpan within, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(within < MaxAttempt ? within : MaxAttempt, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await exchange(either.Token).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception)
        {
            // After a lost race, or a write whose answer was lost, only a new look tells who holds it.
            _lease = null;
            LogFailed(exception.Message);
            return Attempt.Failed;
        }
        catch (OperationCanceledException)
        {
            _lease = null;
            return Attempt.Failed;
        }
    }

    private async Task ObserveAsync(CancellationToken cancellationToken)
    {
        var found = await _api.FindAsync(ResourceKind.Leases, _options.Namespace, _options.Name, cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            // What was seen before still counts: a leader whose Lease was deleted leads until its deadline.
            _lease = null;
        }
        else
        {
            Note(found);
        }
    }

    private void Note(JsonObject lease)
    {
        var read = LeaseRecord.Read(lease, _options.LeaseDuration);
        _lease = lease;
        if (read != _observed)
        {
            // Read after the answer came: counting from later than the renewal errs on the safe side.
            _observed = read;
            _observedAt = _time.GetTimestamp();
        }
    }

    private bool Expired(LeaseRecord observed) => _time.GetElapsedTime(_observedAt) >= observed.Duration;

    private TimeSpan LeftOf(LeaderTerm term) => _options.RenewDeadline - _time.GetElapsedTime(term.RenewedAt);

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the caller looks at its token
        }
    }

    [LoggerMessage(EventId = 2200, Level = LogLevel.Information, Message = "Began to lead as {Identity}, term {Term}")]
    private partial void LogLeading(string identity, long term);

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "Lost the lead as {Identity}, term {Term}")]
    private partial void LogLost(string identity, long term);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Information, Message = "Stopped leading as {Identity}, term {Term}")]
    private partial void LogStopped(string identity, long term);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Information, Message = "Gave the Lease back as {Identity}")]
    private partial void LogReleased(string identity);

    [LoggerMessage(EventId = 2204, Level = LogLevel.Warning, Message = "Could not read or write the Lease: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(EventId = 2205, Level = LogLevel.Error, Message = "The work of term {Term} failed")]
    private partial void LogWorkFailed(Exception exception, long term);

    private enum Attempt
    {
        Succeeded,
        Failed,
        TakenByAnother,
    }

    /// <param name="Token">Its number.</param>
    /// <param name="RenewedAt">Timestamp at which the last successful renewal was begun.</param>
    private sealed record LeaderTerm(long Token, long RenewedAt);
}

using System.Net;
using System.Threading.Channels;

namespace Canary.Sandbox.Load;

/// <summary>
/// Sends requests to loopback when they are due, whether or not earlier ones were answered (open loop). Start and stop belong to one caller; reports may be taken by anyone.
/// </summary>
internal sealed class LoadGenerator : BackgroundService
{
    // beyond the requests under way, a few may wait for the next free sender
    private const int Backlog = 64;

    private readonly Func<Uri> _entry;
    private readonly LoadOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _client;
    private readonly Channel<int> _due;
    private readonly long[][] _codes;
    private long _arrived;
    private long _dropped;
    private long _startedAt;
    private long _stoppedAt;

    /// <param name="entry">Address of the mesh, asked for at the start.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">Clock of arrivals and timeouts.</param>
    public LoadGenerator(Func<Uri> entry, LoadOptions options, TimeProvider time)
    {
        _entry = entry;
        _options = options;
        _time = time;
        _codes = [.. options.Targets.Select(_ => new long[600])];
        _due = Channel.CreateBounded<int>(new BoundedChannelOptions(Backlog) { SingleWriter = true });
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
        });
    }

    /// <summary>What was seen so far, of all targets or of the one with this host.</summary>
    public LoadReport Report(string? host = null)
    {
        Dictionary<int, long> byCode = [];
        for (var target = 0; target < _codes.Length; target++)
        {
            for (var code = 0; code < 600 && (host is null || _options.Targets[target].Host == host); code++)
            {
                if (Interlocked.Read(ref _codes[target][code]) is > 0 and var count)
                {
                    byCode[code] = byCode.GetValueOrDefault(code) + count;
                }
            }
        }

        var started = Interlocked.Read(ref _startedAt);
        var stopped = Interlocked.Read(ref _stoppedAt);
        var elapsed = started == 0 ? TimeSpan.Zero : _time.GetElapsedTime(started, stopped == 0 ? _time.GetTimestamp() : stopped);
        return new LoadReport(elapsed, Interlocked.Read(ref _arrived), Interlocked.Read(ref _dropped), byCode);
    }

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var entry = _entry();
        if (!entry.IsLoopback)
        {
            throw new InvalidOperationException($"load goes to loopback only, not to {entry}");
        }

        Uri[] addresses = [.. _options.Targets.Select(target => new Uri(entry, target.Path))];
        Interlocked.Exchange(ref _startedAt, _time.GetTimestamp());
        var senders = Enumerable.Range(0, _options.MaxInFlight).Select(_ => SendAsync(addresses, stoppingToken)).ToArray();
        try
        {
            await ScheduleAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // asked to stop: requests under way are cut off by the same token
        }

        _due.Writer.TryComplete();
        await Task.WhenAll(senders).ConfigureAwait(false);
        Interlocked.Exchange(ref _stoppedAt, _time.GetTimestamp());
    }

    private async Task ScheduleAsync(CancellationToken stopping)
    {
        // each target has its own seed, so that adding one changes nothing for the others
        ArrivalProcess[] arrivals = [.. _options.Targets.Select((target, index) => new ArrivalProcess(target.RequestsPerSecond, _options.BurstShare, _options.MeanBurst, _options.Seed + index))];
        TimeSpan[] next = [.. arrivals.Select(arrival => arrival.Next())];
        using var timer = new PeriodicTimer(_options.Batch, _time);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            var elapsed = _time.GetElapsedTime(Interlocked.Read(ref _startedAt));
            for (var target = 0; target < next.Length; target++)
            {
                while (next[target] <= elapsed)
                {
                    next[target] = arrivals[target].Next();
                    Interlocked.Increment(ref _arrived);
                    if (!_due.Writer.TryWrite(target))
                    {
                        Interlocked.Increment(ref _dropped);
                    }
                }
            }
        }
    }

    private async Task SendAsync(Uri[] addresses, CancellationToken stopping)
    {
        try
        {
            await foreach (var target in _due.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
            {
                var code = await RequestAsync(addresses[target], _options.Targets[target], stopping).ConfigureAwait(false);
                Interlocked.Increment(ref _codes[target][code]);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // asked to stop; a request that was cut off is not counted
        }
    }

    private async Task<int> RequestAsync(Uri address, LoadTarget target, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Host = target.Host;
        foreach (var (name, value) in target.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await _client.SendAsync(request, either.Token).ConfigureAwait(false);
            await response.Content.CopyToAsync(Stream.Null, either.Token).ConfigureAwait(false);
            return Math.Clamp((int)response.StatusCode, 0, 599);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return 0;
        }
    }
}

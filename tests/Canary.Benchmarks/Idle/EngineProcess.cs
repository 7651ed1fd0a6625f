using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Canary.Benchmarks.Idle;

/// <summary>The engine as a process of its own, the controller as it is delivered.</summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    private static readonly TimeSpan Polling = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private readonly long _started;

    private EngineProcess(Process process, StreamWriter log, Uri address, TimeProvider time, long started)
    {
        _process = process;
        _log = log;
        _client = new HttpClient { BaseAddress = address };
        _time = time;
        _started = started;
    }

    public TimeSpan SinceStart => _time.GetElapsedTime(_started);

    /// <summary>Starts the engine.</summary>
    /// <param name="kubeconfig">The cluster.</param>
    /// <param name="logFile">Receives what it writes.</param>
    /// <param name="environment">Further variables of its environment.</param>
    /// <param name="time">Measures.</param>
    public static EngineProcess Start(string kubeconfig, string logFile, IReadOnlyDictionary<string, string> environment, TimeProvider time)
    {
        var port = FreePort();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "Canary.Controller.dll"),
                $"--Kubernetes:Kubeconfig={kubeconfig}",
                "--Kubernetes:LeaderElection=false",
                $"--Controller:Listen={address}",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var log = new StreamWriter(logFile, append: true);
        var started = time.GetTimestamp();
        var process = Process.Start(start)!; // a new process, never null without the shell
        DataReceivedEventHandler write = (_, line) =>
        {
            lock (log)
            {
                log.WriteLine(line.Data);
            }
        };
        process.OutputDataReceived += write;
        process.ErrorDataReceived += write;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new EngineProcess(process, log, new Uri(address), time, started);
    }

    /// <summary>Waits until it says that it has read the cluster.</summary>
    /// <returns>The time since its start.</returns>
    public async Task<TimeSpan> ReadyAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"the engine ended with status {_process.ExitCode} before it was ready");
            }

            try
            {
                using var answer = await _client.GetAsync("readyz", cancellation).ConfigureAwait(false);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return SinceStart;
                }
            }
            catch (HttpRequestException)
            {
                // does not listen yet
            }

            await Task.Delay(Polling, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Reads its metrics: the value of each series.</summary>
    public async Task<EngineMetrics> MetricsAsync(CancellationToken cancellation) => EngineMetrics.Parse(await _client.GetStringAsync("metrics", cancellation).ConfigureAwait(false));

    /// <summary>What the system says of it now.</summary>
    public ProcessFacts Facts() => ProcessFacts.Read(_process.Id);

    /// <summary>Asks it to stop, and waits.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var signal = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await signal.WaitForExitAsync().ConfigureAwait(false);
            }

            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        _process.Dispose();
        _client.Dispose();
        await _log.DisposeAsync().ConfigureAwait(false);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

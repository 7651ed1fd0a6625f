using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Canary.Testing.ControlPlanes;

/// <summary>
/// A real control plane on loopback: etcd, kube-apiserver with RBAC, and kube-controller-manager with the controllers that rollouts meet.
/// Kubelets there are none. One caller starts and disposes it; the rest is thread-safe.
/// </summary>
public sealed class ControlPlane : IAsyncDisposable
{
    /// <summary>Who may do everything.</summary>
    public const string Administrator = "administrator";

    private const string Controllers = "deployment,replicaset,garbagecollector,endpoint,endpointslice,namespace,disruption,horizontalpodautoscaling,clusterrole-aggregation";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly ControlPlaneFolder _folder;
    private readonly List<GuardedProcess> _processes = [];
    private readonly int[] _ports;
    private readonly HttpClient _http;

    private ControlPlane(TimeProvider time, IReadOnlyDictionary<string, string[]> identities)
    {
        _time = time;
        _ports = FreePorts(4);
        Address = new Uri($"https://127.0.0.1:{_ports[2]}");
        _folder = new ControlPlaneFolder(time.GetUtcNow(), new Dictionary<string, string[]>(identities) { [Administrator] = ["system:masters"] });
        _http = NewClient(Administrator);
    }

    /// <summary>Where the API server listens.</summary>
    public Uri Address { get; }

    /// <summary>Path of a kubeconfig of <see cref="Administrator"/>.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <summary>Path of kubectl in the version that belongs to the server.</summary>
    public static string Kubectl => ControlPlanePrograms.Find("kubectl");

    /// <summary>Starts a control plane, and returns when all of it is ready.</summary>
    /// <param name="time">Clock of the waiting.</param>
    /// <param name="prepare">Runs when the API server is ready and before the controllers start, which notice kinds that come later only after half a minute; may be null.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <param name="identities">Who may come beside the administrator: names such as <c>system:serviceaccount:shop:engine</c>, each with its groups. Their rights are what RBAC gives them.</param>
    /// <exception cref="InvalidOperationException">There is none here, or it did not become ready; what its programs said last is in the message.</exception>
    public static async Task<ControlPlane> StartAsync(
        TimeProvider time, Func<ControlPlane, Task>? prepare, CancellationToken cancellation, IReadOnlyDictionary<string, string[]>? identities = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var plane = new ControlPlane(time, identities ?? new Dictionary<string, string[]>());
            try
            {
                await plane.StartAsync(prepare, cancellation);
                return plane;
            }
            catch (AddressTakenException) when (attempt < 5)
            {
                // between finding a free port and listening on it somebody else was faster
                await plane.DisposeAsync();
            }
            catch
            {
                await plane.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Writes a kubeconfig for one of the identities.</summary>
    /// <returns>Its path; the file goes with the control plane.</returns>
    public string KubeconfigOf(string user) => _folder.WriteKubeconfig(user, Address);

    /// <summary>A client that trusts the server and presents an identity; the caller's to dispose.</summary>
    public HttpClient NewClient(string user)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = _folder.Trust() },
        };
        return new HttpClient(handler) { BaseAddress = Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", _folder.Token(user)) } };
    }

    /// <summary>What an identity other than the administrator has asked for so far, by the server's audit log.</summary>
    public IReadOnlyList<AuditEntry> Audit(string user)
    {
        using var log = new StreamReader(new FileStream(_folder.AuditLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = log.ReadToEnd().Split('\n');
        return [.. lines[..^1].Select(line => AuditEntry.Of(JsonNode.Parse(line)!)).Where(entry => entry.User == user)]; // what follows the last line's end is being written
    }

    /// <summary>Forgets all history in etcd before now.</summary>
    public async Task CompactAsync(CancellationToken cancellation)
    {
        using var etcd = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_ports[0]}") };
        using var range = await etcd.PostAsJsonAsync("/v3/kv/range", new { key = "AA==" }, cancellation);
        var header = (await range.Content.ReadFromJsonAsync<EtcdAnswer>(cancellation))!.Header; // etcd answers objects only
        using var compaction = await etcd.PostAsJsonAsync("/v3/kv/compaction", new { revision = header.Revision, physical = true }, cancellation);
        compaction.EnsureSuccessStatusCode();
    }

    /// <summary>Ends the controllers, until <see cref="StartControllersAsync"/>.</summary>
    public async Task StopControllersAsync()
    {
        var managing = _processes[^1];
        _processes.Remove(managing);
        await managing.DisposeAsync();
    }

    /// <summary>Starts the controllers, which list everything anew before they do anything.</summary>
    public Task StartControllersAsync(CancellationToken cancellation) =>
        UntilAsync(Start("kube-controller-manager", ManagerArguments()), new Uri($"https://127.0.0.1:{_ports[3]}/healthz"), cancellation);

    /// <summary>What the programs said last, for the message of a failure.</summary>
    public string Tail(int lines) => string.Join('\n', _processes.Select(process => $"--- {process.Name}{(process.HasExited ? " (ended)" : "")}\n{process.Tail(lines)}"));

    /// <summary>Kills all programs, in the order in which they need each other, and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _processes.Clear();
        _folder.Dispose();
    }

    private static int[] FreePorts(int count)
    {
        // all at once, or the same one would be found twice
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private async Task StartAsync(Func<ControlPlane, Task>? prepare, CancellationToken cancellation)
    {
        Kubeconfig = KubeconfigOf(Administrator);
        var etcd = Start("etcd", EtcdArguments());
        await UntilAsync(etcd, new Uri($"http://127.0.0.1:{_ports[0]}/health"), cancellation);
        var server = Start("kube-apiserver", ServerArguments());
        await UntilAsync(server, new Uri(Address, "/readyz"), cancellation);
        await UntilAsync(server, new Uri(Address, "/api/v1/namespaces/default"), cancellation);
        await (prepare?.Invoke(this) ?? Task.CompletedTask);
        await StartControllersAsync(cancellation);
    }

    private IEnumerable<string> EtcdArguments() =>
    [
        $"--data-dir={_folder.At("etcd")}",
        $"--listen-client-urls=http://127.0.0.1:{_ports[0]}",
        $"--advertise-client-urls=http://127.0.0.1:{_ports[0]}",
        $"--listen-peer-urls=http://127.0.0.1:{_ports[1]}",
        $"--initial-advertise-peer-urls=http://127.0.0.1:{_ports[1]}",
        $"--initial-cluster=default=http://127.0.0.1:{_ports[1]}",
        "--unsafe-no-fsync", // nothing here has to survive the machine
        "--logger=zap",
        "--log-level=warn",
    ];

    private IEnumerable<string> ServerArguments() =>
    [
        $"--etcd-servers=http://127.0.0.1:{_ports[0]}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        $"--secure-port={_ports[2]}",
        $"--tls-cert-file={_folder.Certificate}",
        $"--tls-private-key-file={_folder.CertificateKey}",
        $"--cert-dir={_folder.At("certificates")}",
        $"--token-auth-file={_folder.TokenFile}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        $"--service-account-signing-key-file={_folder.SigningKey}",
        $"--service-account-key-file={_folder.SigningKey}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--disable-admission-plugins=ServiceAccount",
        "--enable-admission-plugins=OwnerReferencesPermissionEnforcement", // as OpenShift does: the strictest place there is for who sets owners
        $"--audit-policy-file={_folder.AuditPolicy}",
        $"--audit-log-path={_folder.AuditLog}",
        "--endpoint-reconciler-type=none", // nobody looks for this server by its Service
        "--profiling=false",
    ];

    private IEnumerable<string> ManagerArguments() =>
    [
        $"--kubeconfig={Kubeconfig}",
        $"--controllers={Controllers}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        $"--secure-port={_ports[3]}",
        $"--tls-cert-file={_folder.Certificate}",
        $"--tls-private-key-file={_folder.CertificateKey}",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--horizontal-pod-autoscaler-sync-period=1s",
        "--profiling=false",

        // until 1.23 there is a second, open port unless it is closed; later the flag is unknown
        .. ControlPlanePrograms.Minor < 24 ? ["--port=0"] : Array.Empty<string>(),
    ];

    private GuardedProcess Start(string program, IEnumerable<string> arguments)
    {
        var process = GuardedProcess.Start(ControlPlanePrograms.Find(program), arguments);
        _processes.Add(process);
        return process;
    }

    private async Task UntilAsync(GuardedProcess process, Uri probe, CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        while (!await AnswersAsync(probe, cancellation))
        {
            if (process.HasExited || _time.GetElapsedTime(started) > Patience)
            {
                var said = process.Tail(40);
                throw said.Contains("address already in use", StringComparison.Ordinal)
                    ? new AddressTakenException($"{process.Name}: {said}")
                    : new InvalidOperationException($"{process.Name} {(process.HasExited ? "ended" : $"was not ready within {Patience.TotalSeconds} s")} while {probe} was awaited:\n{said}");
            }

            await Task.Delay(Beat, _time, cancellation);
        }
    }

    private async Task<bool> AnswersAsync(Uri probe, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(probe, cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private sealed class AddressTakenException(string message) : Exception(message);

    private sealed record EtcdAnswer(EtcdHeader Header);

    private sealed record EtcdHeader(string Revision);
}

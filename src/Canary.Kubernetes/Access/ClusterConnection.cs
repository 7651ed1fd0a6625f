using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Documents;
using Canary.Kubernetes.Resources;
using k8s;
using k8s.Exceptions;
using Microsoft.Extensions.Logging.Abstractions;
using YamlDotNet.Core;

namespace Canary.Kubernetes.Access;

/// <summary>A person's connection to a cluster. Thread-safe.</summary>
public sealed class ClusterConnection : IDisposable
{
    private static readonly ResourceKind SelfReviews = new("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false);

    /// <summary>A name is not worth more waiting while a command waits for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly string _localUser;

    private ClusterConnection(KubernetesApi api, TimeProvider time, string ns, string localUser)
    {
        Api = api;
        Namespace = ns;
        _time = time;
        _localUser = localUser;
    }

    /// <summary>The API, with the person's rights.</summary>
    public KubernetesApi Api { get; }

    /// <summary>The namespace that is meant when none is named.</summary>
    public string Namespace { get; }

    /// <summary>Prepares a connection; of the cluster nothing is asked yet.</summary>
    /// <param name="access">Which cluster, and as whom.</param>
    /// <param name="time">The clock of timeouts.</param>
    /// <param name="cancellation">Cancels a program that gives credentials.</param>
    /// <returns>The connection, or what is wrong with the kubeconfig.</returns>
    public static async Task<DocumentReading<ClusterConnection>> OpenAsync(ClusterAccess access, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(access);
        try
        {
            var (paths, required) = Kubeconfig.Places(access.Kubeconfig, Environment.GetEnvironmentVariable("KUBECONFIG"), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
            var kubeconfig = Kubeconfig.Read(paths, required);
            var (configuration, user) = kubeconfig is null ? WithinCluster(paths) : await ConfigureAsync(kubeconfig, access, time, cancellation).ConfigureAwait(false);
            var attempt = access.RequestTimeout ?? TimeSpan.FromSeconds(10);
            var api = new KubernetesApi(
                configuration,
                new KubernetesApiOptions { Attempts = 2, AttemptTimeout = attempt, TotalTimeout = 2 * attempt, ListTimeout = attempt },
                time,
                new Random(1),
                global::Prometheus.Metrics.NewCustomRegistry(),
                NullLogger<KubernetesApi>.Instance,
                new PersonHandler(access));
            return new DocumentReading<ClusterConnection>(new ClusterConnection(api, time, access.Namespace ?? configuration.Namespace ?? "default", access.ActAs ?? user), []);
        }
        catch (Exception wrong) when (wrong is KubeConfigException or IOException or UnauthorizedAccessException or YamlException or CryptographicException or FormatException)
        {
            return DocumentReading<ClusterConnection>.Wrong("kubeconfig", $"{wrong.Message}; name one with --kubeconfig FILE, or set KUBECONFIG");
        }
    }

    /// <summary>Finds who the person is, as the cluster knows them.</summary>
    /// <param name="cancellation">Cancels the question.</param>
    /// <returns>The user's name; where the cluster does not tell, the kubeconfig's or the certificate's, with the name on this computer.</returns>
    public async Task<string> WhoAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var review = await Api.CreateAsync(SelfReviews, null, new JsonObject { ["apiVersion"] = SelfReviews.ApiVersion, ["kind"] = SelfReviews.Kind }, either.Token).ConfigureAwait(false);
            return review.At("status", "userInfo", "username").AsText() ?? _localUser;
        }
        catch (KubernetesApiException)
        {
            return _localUser; // before Kubernetes 1.28, or forbidden: who sends it is told as well as can be
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return _localUser;
        }
    }

    /// <inheritdoc />
    public void Dispose() => Api.Dispose();

    private static (KubernetesClientConfiguration Configuration, string User) WithinCluster(IReadOnlyList<string> paths) => KubernetesClientConfiguration.IsInCluster()
        ? (KubernetesClientConfiguration.InClusterConfig(), "a pod's service account")
        : throw new KubeConfigException($"there is no kubeconfig at {(paths.Count == 0 ? "the usual place" : string.Join(" or ", paths))}");

    private static async Task<(KubernetesClientConfiguration Configuration, string User)> ConfigureAsync(Kubeconfig kubeconfig, ClusterAccess access, TimeProvider time, CancellationToken cancellation)
    {
        var contextName = access.Context ?? kubeconfig.CurrentContext;
        var context = contextName is null ? null : kubeconfig.Context(contextName);
        var clusterName = access.Cluster ?? context.At("cluster").AsText() ?? throw new KubeConfigException("the kubeconfig has no current context; name one with --context");
        var userName = access.User ?? context.At("user").AsText();
        var (cluster, clusterFolder) = kubeconfig.Cluster(clusterName);
        var configuration = new KubernetesClientConfiguration
        {
            Namespace = context.At("namespace").AsText(),
            Host = cluster.At("server").AsText() ?? throw new KubeConfigException($"cluster \"{clusterName}\" of the kubeconfig has no server"),
            SkipTlsVerify = cluster.At("insecure-skip-tls-verify").IsTrue(),
            TlsServerName = cluster.At("tls-server-name").AsText(),
            SslCaCerts = Authorities(cluster, clusterFolder),
        };
        if (cluster.At("proxy-url").AsText() is { } proxy)
        {
            configuration.FirstMessageHandlerSetup = handler => handler.Proxy = new System.Net.WebProxy(proxy);
        }

        if (userName is not null)
        {
            var (user, folder) = kubeconfig.User(userName);
            await AuthenticateAsync(configuration, user, folder, time, cancellation).ConfigureAwait(false);
        }

        return (configuration, LocalName(configuration, userName));
    }

    private static async Task AuthenticateAsync(KubernetesClientConfiguration configuration, JsonNode user, string folder, TimeProvider time, CancellationToken cancellation)
    {
        configuration.ClientCertificateData = Data(user, "client-certificate", folder);
        configuration.ClientCertificateKeyData = Data(user, "client-key", folder);
        configuration.AccessToken = user.At("tokenFile").AsText() is { } file ? (await File.ReadAllTextAsync(Path.Combine(folder, file), cancellation).ConfigureAwait(false)).Trim() : user.At("token").AsText();
        configuration.Username = user.At("username").AsText();
        configuration.Password = user.At("password").AsText();
        if (user.At("exec") is { } exec)
        {
            var credentials = new ExecCredentials(exec, folder, time);
            var given = await credentials.GetAsync(cancellation).ConfigureAwait(false);
            configuration.ClientCertificateData ??= Base64(given.Certificate);
            configuration.ClientCertificateKeyData ??= Base64(given.Key);
            configuration.TokenProvider = given.Token is null ? null : credentials;
        }
        else if (user.At("auth-provider") is { } provider)
        {
            configuration.AccessToken ??= provider.At("config", "id-token").AsText() ?? provider.At("config", "access-token").AsText()
                ?? throw new KubeConfigException($"the user's auth-provider {provider.At("name").AsText()} is not supported, as kubectl no longer does; use its exec plugin");
        }
    }

    private static X509Certificate2Collection? Authorities(JsonNode cluster, string folder)
    {
        if (Data(cluster, "certificate-authority", folder) is not { } data)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(data)));
        return authorities;
    }

    /// <summary>A file's content, or the data beside it, as Base64.</summary>
    private static string? Data(JsonNode section, string name, string folder) =>
        section.At($"{name}-data").AsText() ?? (section.At(name).AsText() is { } file ? Convert.ToBase64String(File.ReadAllBytes(Path.Combine(folder, file))) : null);

    private static string? Base64(string? pem) => pem is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));

    private static string LocalName(KubernetesClientConfiguration configuration, string? userName)
    {
        string? subject = null;
        if (configuration.ClientCertificateData is { } data)
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(data)));
            subject = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        }

        var name = string.IsNullOrEmpty(subject) ? userName : subject;
        return name is null ? Environment.UserName : $"{name} ({Environment.UserName})";
    }
}

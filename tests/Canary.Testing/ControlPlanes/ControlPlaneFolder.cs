using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Canary.Testing.ControlPlanes;

/// <summary>The files of one control plane, in a folder of its own that goes with it.</summary>
internal sealed class ControlPlaneFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("canary-control-plane-");
    private readonly Dictionary<string, string> _tokens = [];

    /// <param name="now">The certificates are valid from a day before it, for two days in all.</param>
    /// <param name="identities">Who may come, beside <see cref="ControlPlane.Administrator"/>: names, each with the groups it belongs to.</param>
    public ControlPlaneFolder(DateTimeOffset now, IReadOnlyDictionary<string, string[]> identities)
    {
        WriteServingCertificate(now);
        using var signing = RSA.Create(2048);
        File.WriteAllText(SigningKey, signing.ExportPkcs8PrivateKeyPem());
        File.WriteAllLines(TokenFile, identities.Select((identity, index) =>
        {
            var token = _tokens[identity.Key] = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
            return $"{token},{identity.Key},{index},\"{string.Join(',', identity.Value)}\"";
        }));
        File.WriteAllText(AuditPolicy, Policy(identities.Keys.Where(user => user != ControlPlane.Administrator)));
    }

    public string AuditPolicy => At("audit-policy.yaml");

    public string AuditLog => At("audit.log");

    public string Certificate => At("server.crt");

    public string CertificateKey => At("server.key");

    public string SigningKey => At("service-accounts.key");

    public string TokenFile => At("tokens.csv");

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public string Token(string user) => _tokens[user];

    /// <summary>Writes a kubeconfig for one of the identities.</summary>
    /// <returns>Its path.</returns>
    public string WriteKubeconfig(string user, Uri server)
    {
        var path = At($"{user.Replace(':', '-')}.kubeconfig");
        File.WriteAllText(path, $"""
            apiVersion: v1
            kind: Config
            current-context: it
            clusters:
              - name: it
                cluster: {"{"}server: "{server.GetLeftPart(UriPartial.Authority)}", certificate-authority: "{Certificate}"{"}"}
            users:
              - name: it
                user: {"{"}token: {Token(user)}{"}"}
            contexts:
              - name: it
                context: {"{"}cluster: it, user: it{"}"}
            """);
        return path;
    }

    /// <summary>Trusts the serving certificate, and nothing else.</summary>
    public X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Certificate);
        return policy;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Writes down what some users ask for (a watch at its start, too), without bodies, and nothing of all others.</summary>
    private static string Policy(IEnumerable<string> users) => $"""
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
          - level: {(users.Any() ? "Metadata" : "None")}
            users: [{string.Join(", ", users.Select(user => $"\"{user}\""))}]
          - level: None
        """;

    private void WriteServingCertificate(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=canary-tests", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(CertificateKey, key.ExportPkcs8PrivateKeyPem());
    }
}

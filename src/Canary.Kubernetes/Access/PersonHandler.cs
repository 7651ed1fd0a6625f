using Canary.Kubernetes.Api;

namespace Canary.Kubernetes.Access;

/// <summary>Signs a person's writes with a field manager of their own, and acts as somebody else where that is asked.</summary>
internal sealed class PersonHandler(ClusterAccess access) : DelegatingHandler
{
    /// <summary>The field manager of what people write with the command line.</summary>
    public const string FieldManager = "canary-cli";

    private const string Engine = $"fieldManager={KubernetesApi.FieldManager}&";

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { } address && address.Query.Contains(Engine, StringComparison.Ordinal))
        {
            request.RequestUri = new UriBuilder(address) { Query = address.Query.Replace(Engine, $"fieldManager={FieldManager}&", StringComparison.Ordinal) }.Uri;
        }

        if (access.ActAs is { } user)
        {
            request.Headers.Add("Impersonate-User", user);
            foreach (var group in access.ActAsGroups)
            {
                request.Headers.Add("Impersonate-Group", group);
            }
        }

        return base.SendAsync(request, cancellationToken);
    }
}

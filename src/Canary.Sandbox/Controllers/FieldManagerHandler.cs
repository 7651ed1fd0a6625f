using Canary.Kubernetes.Api;

namespace Canary.Sandbox.Controllers;

/// <summary>Signs the writes of the sandbox's parts with their own name, so that managed fields do not take them for the engine's.</summary>
/// <param name="fieldManager">For instance kube-controller-manager or kubelet.</param>
internal sealed class FieldManagerHandler(string fieldManager) : DelegatingHandler
{
    private const string Engine = "fieldManager=" + KubernetesApi.FieldManager;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { } uri && uri.Query.Contains(Engine, StringComparison.Ordinal))
        {
            request.RequestUri = new UriBuilder(uri) { Query = uri.Query.Replace(Engine, $"fieldManager={Uri.EscapeDataString(fieldManager)}", StringComparison.Ordinal) }.Uri;
        }

        return base.SendAsync(request, cancellationToken);
    }
}

using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Api;

/// <content>Discovery: what the server serves.</content>
public sealed partial class KubernetesApi
{
    /// <summary>Asks which versions of an API group are served.</summary>
    /// <param name="group">The group; not empty.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Version names in the server's order of preference; empty when the group is unknown.</returns>
    /// <exception cref="KubernetesApiException">Any failure but 404.</exception>
    public async Task<IReadOnlyList<string>> ServedVersionsAsync(string group, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        try
        {
            var answer = await SendAsync(new ApiCall("get", "apigroups", HttpMethod.Get, $"/apis/{Uri.EscapeDataString(group)}"), cancellationToken)
                .ConfigureAwait(false);
            return [.. (answer["versions"] as JsonArray ?? []).OfType<JsonObject>().Select(version => version["version"]!.GetValue<string>())];
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            return [];
        }
    }

    /// <summary>Finds the version under which a kind is served, for instance <c>networking.istio.io</c> <c>v1</c>, or else <c>v1beta1</c>.</summary>
    /// <param name="preferred">The kind in the version wanted most.</param>
    /// <param name="otherVersions">Versions to fall back on, best first.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The kind in the first version that serves it; null when none does.</returns>
    /// <exception cref="KubernetesApiException">Any failure but 404.</exception>
    public async Task<ResourceKind?> ResolveServedAsync(ResourceKind preferred, IReadOnlyList<string> otherVersions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preferred);
        var served = await ServedVersionsAsync(preferred.Group, cancellationToken).ConfigureAwait(false);
        foreach (var version in otherVersions.Prepend(preferred.Version).Where(served.Contains))
        {
            // A group may serve a version without serving this kind in it.
            var candidate = preferred with { Version = version };
            var call = new ApiCall("get", "apiresources", HttpMethod.Get, $"/apis/{candidate.ApiVersion}");
            try
            {
                var answer = await SendAsync(call, cancellationToken).ConfigureAwait(false);
                if ((answer["resources"] as JsonArray ?? []).OfType<JsonObject>().Any(resource => (string?)resource["name"] == candidate.Plural))
                {
                    return candidate;
                }
            }
            catch (KubernetesApiException exception) when (exception.IsNotFound)
            {
                // withdrawn between the two calls; the next version may do
            }
        }

        return null;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;

namespace Canary.Kubernetes.Traffic;

/// <summary>Tells who wrote the weights, from <c>metadata.managedFields</c>.</summary>
internal static class FieldManagers
{
    /// <summary>Finds who else wrote a list of routes last.</summary>
    /// <param name="virtualServices">The VirtualServices.</param>
    /// <param name="routes">Their managed routes; only lists that hold one count.</param>
    /// <returns>The field manager; null when nobody but this engine owns such a list.</returns>
    public static string? LastWriter(IEnumerable<JsonObject> virtualServices, IReadOnlyList<ManagedRoute> routes)
    {
        string? writer = null;
        var latest = DateTimeOffset.MinValue;
        foreach (var virtualService in virtualServices)
        {
            // the lists are atomic: who owns one weight owns the list
            var lists = routes.Where(route => route.VirtualService == virtualService.Name()).Select(route => $"f:{route.Place.List}").Distinct().ToArray();
            foreach (var (_, entry) in virtualService.Field("metadata").Field("managedFields").Objects())
            {
                var owned = entry.Field("fieldsV1").Field("f:spec");
                var isOwner = Array.Exists(lists, list => owned.Field(list) is not null);
                if (isOwner && entry.Field("manager").Text() is { } manager && manager != KubernetesApi.FieldManager)
                {
                    var written = entry.Field("time").Text();
                    var isDated = DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
                    var at = isDated ? time : DateTimeOffset.MinValue;
                    if (writer is null || at > latest)
                    {
                        writer = manager;
                        latest = at;
                    }
                }
            }
        }

        return writer;
    }
}

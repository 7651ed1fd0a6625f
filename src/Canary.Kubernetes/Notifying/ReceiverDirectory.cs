using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Notifying;

/// <summary>Reads receivers and the Secrets that they refer to, each by its name and only when there is something to tell. Thread-safe.</summary>
/// <param name="api">The cluster.</param>
/// <param name="ownNamespace">Where Secrets of ClusterNotificationReceivers are: the engine's own namespace.</param>
/// <param name="time">The clock of what is remembered.</param>
internal sealed class ReceiverDirectory(KubernetesApi api, string ownNamespace, TimeProvider time) : IReceiverDirectory
{
    private const string ClusterPrefix = "cluster/";
    private const int MostRemembered = 1000;

    /// <summary>A changed receiver or Secret is used after this long at the latest.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Namespace, string Name), (Receiver Receiver, long At)> _remembered = [];

    /// <inheritdoc />
    public async Task<ReceiverLookup> FindAsync(RolloutKey key, string receiver, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        var cluster = receiver.StartsWith(ClusterPrefix, StringComparison.Ordinal);
        var at = (Namespace: cluster ? "" : key.Namespace, Name: cluster ? receiver[ClusterPrefix.Length..] : receiver);
        if (_remembered.TryGetValue(at, out var known) && time.GetElapsedTime(known.At) < Fresh)
        {
            return new ReceiverLookup.Found(known.Receiver);
        }

        try
        {
            var lookup = await ReadAsync(at.Namespace, at.Name, cluster, cancellation).ConfigureAwait(false);
            if (lookup is ReceiverLookup.Found found)
            {
                Remember(at, found.Receiver);
            }

            return lookup;
        }
        catch (KubernetesApiException exception)
        {
            return new ReceiverLookup.Missing(exception.Message);
        }
    }

    private void Remember((string Namespace, string Name) at, Receiver receiver)
    {
        if (_remembered.Count >= MostRemembered)
        {
            _remembered.Clear();
        }

        _remembered[at] = (receiver, time.GetTimestamp());
    }

    private async Task<ReceiverLookup> ReadAsync(string ns, string name, bool cluster, CancellationToken cancellation)
    {
        var kind = cluster ? ResourceKind.ClusterNotificationReceivers : ResourceKind.NotificationReceivers;
        var what = cluster ? $"{kind.Kind} {name}" : $"{kind.Kind} {name} in namespace {ns}";
        if (await api.FindAsync(kind, cluster ? null : ns, name, cancellation).ConfigureAwait(false) is not { } found)
        {
            return new ReceiverLookup.Missing($"there is no {what}; create it, or correct the name");
        }

        var mapped = ReceiverMapping.Read(found);
        if (mapped.Value is not { } spec)
        {
            return new ReceiverLookup.Missing($"{what}: {string.Join("; ", mapped.Problems)}");
        }

        var secrets = new SecretReader(api, cluster ? ownNamespace : ns);
        var address = spec.AddressSecret is { } reference ? await secrets.ReadAsync(reference, cancellation).ConfigureAwait(false) : default;
        var secretKey = spec.Key is { } keyReference ? await secrets.ReadAsync(keyReference, cancellation).ConfigureAwait(false) : default;
        if ((address.Problem ?? secretKey.Problem) is { } problem)
        {
            return new ReceiverLookup.Missing($"{what}: {problem}");
        }

        Uri? url = null;
        if (address.Value is { } text && !Uri.TryCreate(text, UriKind.Absolute, out url))
        {
            return new ReceiverLookup.Missing($"{what}: the key {spec.AddressSecret!.Key} of Secret {spec.AddressSecret.Name} holds no URL");
        }

        return new ReceiverLookup.Found(new Receiver
        {
            Kind = spec.Kind,
            Address = url ?? spec.Address,
            Key = secretKey.Value,
            Channel = spec.Channel,
            Buttons = spec.Buttons,
            Links = spec.Links,
        });
    }

    /// <summary>Reads single values of Secrets of one namespace, each Secret once.</summary>
    private sealed class SecretReader(KubernetesApi api, string ns)
    {
        private readonly Dictionary<string, JsonObject?> _secrets = [];

        public async Task<(string? Value, string? Problem)> ReadAsync(SecretReference reference, CancellationToken cancellation)
        {
            if (!_secrets.TryGetValue(reference.Name, out var secret))
            {
                secret = _secrets[reference.Name] = await api.FindAsync(ResourceKind.Secrets, ns, reference.Name, cancellation).ConfigureAwait(false);
            }

            if (secret is null)
            {
                return (null, $"there is no Secret {reference.Name} in namespace {ns}");
            }

            if (secret.At("data", reference.Key).AsText() is not { } encoded)
            {
                return (null, $"Secret {reference.Name} in namespace {ns} has no key {reference.Key}");
            }

            var bytes = new byte[encoded.Length];
            return Convert.TryFromBase64String(encoded, bytes, out var length)
                ? (Encoding.UTF8.GetString(bytes, 0, length).Trim(), null)
                : (null, $"the key {reference.Key} of Secret {reference.Name} in namespace {ns} is no base64");
        }
    }
}

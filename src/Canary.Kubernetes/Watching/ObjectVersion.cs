using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Watching;

/// <summary>A resourceVersion. Kubernetes calls it opaque, but promises since 1.35 that built-in and custom resources count upwards; so numbers are compared where both are.</summary>
internal readonly record struct ObjectVersion(string Text)
{
    private ulong? Number => ulong.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static ObjectVersion Of(JsonObject read) => new((string?)read["metadata"]?["resourceVersion"] ?? string.Empty);

    /// <summary>Negative, zero or positive as this one is older, the same or newer; null when that cannot be known.</summary>
    public int? Compare(ObjectVersion other) =>
        Number is { } mine && other.Number is { } theirs ? mine.CompareTo(theirs) : Text == other.Text ? 0 : null;

    /// <summary>Whether this one is known to be newer.</summary>
    public bool IsNewerThan(ObjectVersion other) => Compare(other) > 0;

    public override string ToString() => Text;
}

namespace Canary.Statistics;

/// <summary>The labels that tell series of one metric apart; their order does not matter.</summary>
/// <remarks>Immutable; equal by value.</remarks>
public sealed class KayentaTags : IEquatable<KayentaTags>
{
    private readonly SortedDictionary<string, string> _tags;

    /// <summary>Makes tags.</summary>
    /// <param name="tags">Keys and values, each key once; may be empty.</param>
    /// <exception cref="ArgumentNullException"><paramref name="tags"/> is null.</exception>
    /// <exception cref="ArgumentException">A key is there twice.</exception>
    public KayentaTags(IEnumerable<KeyValuePair<string, string>> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        _tags = new(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            _tags.Add(key, value);
        }
    }

    /// <summary>No tags.</summary>
    public static KayentaTags None { get; } = new([]);

    /// <summary>Keys and values, by key.</summary>
    public IReadOnlyDictionary<string, string> Values => _tags.AsReadOnly();

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _tags.Count == 0;

    /// <inheritdoc />
    public bool Equals(KayentaTags? other) => other is not null && _tags.SequenceEqual(other._tags);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as KayentaTags);

    /// <inheritdoc />
    public override int GetHashCode() => _tags.Aggregate(_tags.Count, (hash, tag) => HashCode.Combine(hash, tag.Key, tag.Value));

    /// <inheritdoc />
    public override string ToString() => "{" + string.Join(", ", _tags.Select(tag => $"{tag.Key}={tag.Value}")) + "}";

    internal bool HasKeysOf(KayentaTags other) => _tags.Keys.SequenceEqual(other._tags.Keys);
}

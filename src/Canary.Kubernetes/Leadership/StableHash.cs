namespace Canary.Kubernetes.Leadership;

/// <summary>A hash that is the same in every process, on every machine and in every version: replicas agree by it without talking.</summary>
/// <remarks>FNV-1a, 64 bits (G. Fowler, L. C. Noll, K.-P. Vo), then MurmurHash3's finaliser (A. Appleby), since FNV's low bits are weak for short texts.</remarks>
internal static class StableHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Hashes a text by its UTF-8 bytes.</summary>
    public static ulong Of(string text)
    {
        var hash = Offset;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(bytes);
            for (var index = 0; index < length; index++)
            {
                hash = (hash ^ bytes[index]) * Prime;
            }
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}

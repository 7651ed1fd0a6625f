using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Canary.Notifications.Webhook;

/// <summary>Signs webhooks. Pure.</summary>
/// <remarks>Source: Standard Webhooks 1.0, symmetric signatures: HMAC-SHA256 over <c>id.timestamp.body</c> with the decoded secret.</remarks>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";

    /// <summary>Reads a secret.</summary>
    /// <param name="secret"><c>whsec_</c> and base64 of 24 to 64 bytes; the prefix may be left out.</param>
    /// <returns>The key; null when it is none.</returns>
    public static byte[]? Key(string secret)
    {
        var text = secret.Trim();
        text = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length is >= 24 and <= 64 ? key[..length] : null;
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="id">The value of <c>webhook-id</c>.</param>
    /// <param name="at">The time of the attempt, as in <c>webhook-timestamp</c>.</param>
    /// <param name="body">The body, byte for byte.</param>
    public static string Sign(byte[] key, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}."));
        byte[] signed = [.. head, .. body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}";
    }
}

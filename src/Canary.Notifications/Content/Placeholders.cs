using System.Text;

namespace Canary.Notifications.Content;

/// <summary>Fills <c>{name}</c> in texts. What is no known placeholder stays as it is. Pure.</summary>
internal static class Placeholders
{
    /// <summary>Fills a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="values">What the placeholders stand for.</param>
    /// <param name="encode">Whether values are encoded for an address.</param>
    public static string Fill(string text, IReadOnlyDictionary<string, string> values, bool encode)
    {
        var filled = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf('{', at);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                return filled.Append(text, at, text.Length - at).ToString();
            }

            filled.Append(text, at, open - at);
            if (values.TryGetValue(text[(open + 1)..close], out var value))
            {
                filled.Append(encode ? Uri.EscapeDataString(value) : value);
                at = close + 1;
            }
            else
            {
                filled.Append('{');
                at = open + 1;
            }
        }

        return filled.ToString();
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canary.Cli.Output;

/// <summary>How results are written as JSON.</summary>
internal static class JsonText
{
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes a time.</summary>
    public static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Adds a number; one that is absent or not finite is left out, since JSON has no word for it.</summary>
    public static void Add(JsonObject to, string name, double? number)
    {
        if (number is { } value && double.IsFinite(value))
        {
            to[name] = value;
        }
    }
}

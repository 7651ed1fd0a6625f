using System.Text.Json;
using System.Text.Json.Serialization;

namespace Canary.Statistics.Tests;

/// <summary>Reads expected values from the embedded files of the folder Vectors.</summary>
internal static class Vector
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    public static T Read<T>(string file)
    {
        using var stream = typeof(Vector).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"There is no vector file {file}.");
        return JsonSerializer.Deserialize<T>(stream, Options) ?? throw new InvalidOperationException($"{file} is empty.");
    }

    /// <summary>Equal within the tolerance, absolute or relative.</summary>
    public static void Near(double expected, double actual, double tolerance = 1e-9, string? what = null) =>
        Assert.True(
            expected.Equals(actual) || Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)),
            $"{what ?? "value"}: expected {expected:R}, found {actual:R}");
}

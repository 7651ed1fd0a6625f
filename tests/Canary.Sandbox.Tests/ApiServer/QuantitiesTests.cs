using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class QuantitiesTests
{
    [Theory]
    [InlineData("0.5", "500m")]
    [InlineData("1000m", "1")]
    [InlineData("1500m", "1500m")]
    [InlineData("100", "100")]
    [InlineData("1000", "1k")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("512Ki", "512Ki")]
    [InlineData("0.5Ki", "512")]
    [InlineData("1e3", "1e3")]
    [InlineData("12e2", "1200")]
    [InlineData("0.0", "0")]
    [InlineData("-2000m", "-2")]
    [InlineData("2500000k", "2500M")]
    [InlineData("1Ei", "1Ei")]
    [InlineData("many", null)]
    public void Canonical_Quantity_IsWrittenAsAServerWritesIt(string text, string? expected) => Assert.Equal(expected, Quantities.Canonical(text));
}

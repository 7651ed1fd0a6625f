using Canary.Core.Analysis;
using Canary.Engine.Ports;
using Canary.Metrics.Scrape;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class ScrapeAddressTests
{
    private static PodTarget Pod(string address, string? port, string? path) =>
        Readings.Pod("p", address, port, path) with { Ports = [new NamedPort("http", 8080), new NamedPort("metrics", 9090)] };

    [Theory]
    [InlineData(null, null, null, null, "http://10.0.0.7:15020/stats/prometheus")]
    [InlineData(null, null, "9102", "/m", "http://10.0.0.7:9102/m")]
    [InlineData("8081", "/metrics", "9102", "/m", "http://10.0.0.7:8081/metrics")]
    [InlineData("metrics", null, "9102", null, "http://10.0.0.7:9090/stats/prometheus")]
    [InlineData(null, "metrics", "http", null, "http://10.0.0.7:8080/metrics")]
    [InlineData("80", "/stats?format=prometheus", null, null, "http://10.0.0.7/stats?format=prometheus")]
    public void TryResolve_Pod_TakesTheMetricThenTheAnnotationThenIstio(string? port, string? path, string? podPort, string? podPath, string expected)
    {
        Assert.True(ScrapeAddress.TryResolve(new ScrapeSpec(port, path), Pod("10.0.0.7", podPort, podPath), out var address, out _));

        Assert.Equal(expected, address.AbsoluteUri);
    }

    [Fact]
    public void TryResolve_Ipv6_IsBracketed()
    {
        Assert.True(ScrapeAddress.TryResolve(new ScrapeSpec(null, null), Pod("fd00::7", null, null), out var address, out _));

        Assert.Equal("http://[fd00::7]:15020/stats/prometheus", address.AbsoluteUri);
    }

    [Theory]
    [InlineData("", null, null, "the pod has no IP address yet")]
    [InlineData("evil.example", null, null, "'evil.example' is no IP address")]
    [InlineData("10.0.0.7", "admin", null, "port 'admin' is neither a number from 1 to 65535 nor a named port of the pod (it names http, metrics)")]
    [InlineData("10.0.0.7", "0", null, "port '0'")]
    [InlineData("10.0.0.7", "65536", null, "port '65536'")]
    [InlineData("10.0.0.7", null, "80/@evil", "annotation prometheus.io/port '80/@evil'")]
    public void TryResolve_NoAddress_SaysWhy(string ip, string? port, string? podPort, string expected)
    {
        Assert.False(ScrapeAddress.TryResolve(new ScrapeSpec(port, null), Pod(ip, podPort, null), out _, out var problem));

        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("?x")]
    public void TryResolve_CraftedPath_StaysOnThePod(string path)
    {
        Assert.True(ScrapeAddress.TryResolve(new ScrapeSpec(null, null), Pod("10.0.0.7", "9090", path), out var address, out _));

        Assert.Equal(("10.0.0.7", 9090, ""), (address.Host, address.Port, address.UserInfo));
    }
}

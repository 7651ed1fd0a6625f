using System.Text;
using Canary.Metrics.Scrape;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class ExpositionReaderTests
{
    private readonly Readings.Everything _everything = new();

    private async Task<ExpositionResult> ReadAsync(string text, long most = long.MaxValue, bool mustEndInLineFeed = false)
    {
        using var stream = new Trickle(Encoding.UTF8.GetBytes(text), 4096);
        return await ExpositionReader.ReadAsync(
            stream, new PrometheusText(_everything, openMetrics: false), most, mustEndInLineFeed, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ReadAsync_LongLine_IsRead()
    {
        var result = await ReadAsync($"a{{b=\"{new string('x', 300_000)}\"}} 1\nb 2\n");

        Assert.Null(result.Problem);
        Assert.Equal([1, 2], _everything.Series.Select(series => series.Value));
    }

    [Fact]
    public async Task ReadAsync_EndlessLine_IsGivenUp()
    {
        var result = await ReadAsync($"a 1\nb{{c=\"{new string('x', 3 << 20)}");

        Assert.Equal("line 2 is longer than 1048576 bytes", result.Problem);
        Assert.InRange(result.Bytes, 1, 2 << 20);
    }

    [Fact]
    public async Task ReadAsync_TooManyBytes_IsGivenUp()
    {
        var result = await ReadAsync(string.Concat(Enumerable.Repeat("abc 1\n", 10_000)), most: 20_000);

        Assert.Equal("the answer is longer than 20000 bytes", result.Problem);
    }

    [Fact]
    public async Task ReadAsync_TornLastLine_IsAProblemOnlyWhenTheEndProvesNothing()
    {
        Assert.Null((await ReadAsync("a 1\nb 12")).Problem);
        Assert.Equal("the text ends in the middle of line 2", (await ReadAsync("a 1\nb 12", mustEndInLineFeed: true)).Problem);
    }
}

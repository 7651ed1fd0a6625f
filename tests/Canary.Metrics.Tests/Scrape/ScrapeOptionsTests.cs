using Canary.Engine.Ports;
using Canary.Metrics.Scrape;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class ScrapeOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreAccepted() => Assert.True(new ScrapeOptionsValidator().Validate(null, new ScrapeOptions()).Succeeded);

    [Theory]
    [InlineData("Timeout", "00:00:00.049")]
    [InlineData("Timeout", "00:01:01")]
    [InlineData("MaxConcurrentPerRound", "0")]
    [InlineData("MaxConcurrentPerRound", "1025")]
    [InlineData("MaxConcurrent", "0")]
    [InlineData("MaxConcurrent", "4097")]
    [InlineData("MaxResponseBytes", "1023")]
    [InlineData("MaxResponseBytes", "1073741825")]
    public void AddScrapeSource_WrongOption_IsRefusedByName(string option, string value)
    {
        using var provider = Compose(option, value);

        var wrong = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IMeasurementSource>());

        Assert.Contains(option, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddScrapeSource_RightOptions_GivesTheSource()
    {
        using var provider = Compose("Timeout", "00:00:01");

        Assert.IsType<ScrapeSource>(provider.GetRequiredService<IMeasurementSource>());
        Assert.Equal(TimeSpan.FromSeconds(1), provider.GetRequiredService<IOptions<ScrapeOptions>>().Value.Timeout);
    }

    private static ServiceProvider Compose(string option, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"{ScrapeOptions.Section}:{option}", value)]).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        services.AddScrapeSource(configuration.GetSection(ScrapeOptions.Section));
        return services.BuildServiceProvider();
    }
}

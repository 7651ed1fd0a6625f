using Canary.Engine.Ports;
using global::Prometheus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Canary.Metrics.Scrape;

/// <summary>Composes the direct-scrape source.</summary>
public static class ScrapeRegistration
{
    /// <summary>Makes <see cref="ScrapeSource"/> the <see cref="IMeasurementSource"/>, with options that are validated at start.</summary>
    /// <param name="services">Must have a <see cref="TimeProvider"/> and logging; an <see cref="IMetricFactory"/> is used when there is one, else the default registry.</param>
    /// <param name="section">The section <see cref="ScrapeOptions.Section"/> of the configuration.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddScrapeSource(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.AddSingleton<IValidateOptions<ScrapeOptions>, ScrapeOptionsValidator>();
        services.AddOptions<ScrapeOptions>().Bind(section).ValidateOnStart();
        return services.AddSingleton<IMeasurementSource>(provider => new ScrapeSource(
            ScrapeSource.CreateHandler(),
            provider.GetRequiredService<IOptions<ScrapeOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ScrapeSource>>(),
            provider.GetService<IMetricFactory>() ?? global::Prometheus.Metrics.DefaultFactory));
    }
}

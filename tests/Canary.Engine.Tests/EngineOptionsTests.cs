using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Canary.Engine.Tests;

public sealed class EngineOptionsTests
{
    public static TheoryData<string, Action<EngineOptions>> Wrong => new()
    {
        { nameof(EngineOptions.Workers), options => options.Workers = 0 },
        { nameof(EngineOptions.EffectTimeout), options => options.EffectTimeout = TimeSpan.Zero },
        { nameof(EngineOptions.BackOffBase), options => options.BackOffBase = TimeSpan.FromMinutes(2) },
        { nameof(EngineOptions.BackOffCap), options => options.BackOffCap = TimeSpan.Zero },
        { nameof(EngineOptions.LookAgainDelay), options => options.LookAgainDelay = TimeSpan.Zero },
        { nameof(EngineOptions.PassesPerSecond), options => options.PassesPerSecond = 1 },
        { nameof(EngineOptions.Resync), options => options.Resync = TimeSpan.Zero },
        { nameof(EngineOptions.ConcurrentMeasurements), options => options.ConcurrentMeasurements = 0 },
        { nameof(EngineOptions.MeasurementTimeout), options => options.MeasurementTimeout = TimeSpan.FromHours(1) },
        { nameof(EngineOptions.AnnouncementCapacity), options => options.AnnouncementCapacity = 0 },
        { nameof(EngineOptions.AnnouncementTimeout), options => options.AnnouncementTimeout = TimeSpan.Zero },
        { nameof(EngineOptions.AnnouncementRetries), options => options.AnnouncementRetries = -1 },
        { nameof(EngineOptions.ShutdownTimeout), options => options.ShutdownTimeout = TimeSpan.FromSeconds(-1) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Validate_ValueOutOfItsRange_NamesIt(string name, Action<EngineOptions> change)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read(change));

        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_Defaults_AreInRange() => Assert.Equal(8, Read(_ => { }).Workers);

    private static EngineOptions Read(Action<EngineOptions> change)
    {
        using var provider = new ServiceCollection().AddCanaryEngine().Configure(change).BuildServiceProvider();
        return provider.GetRequiredService<IOptions<EngineOptions>>().Value;
    }
}

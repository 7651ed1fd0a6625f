using Canary.Core.Analysis;
using Canary.Core.Traffic;
using Xunit;

namespace Canary.Core.Tests.Analysis;

public sealed class ReplayStepsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Count_RisingWeights_AreTheSteps() =>
        Assert.Equal([(1, 2), (1, 2), (2, 1), (2, 1), (3, 0)], Steps([5, 5, 25, 25, 50]));

    [Fact]
    public void Count_WeightTakenAwayAndGivenBack_BeginsNothing() =>
        Assert.Equal([(1, 1), (1, 1), (1, 1), (2, 0)], Steps([5, 0, 5, 25]));

    [Fact]
    public void Count_FullWeight_IsNoStep() => Assert.Equal([(1, 0), (1, 0)], Steps([5, 100]));

    [Fact]
    public void Count_PlannedSteps_WinOverThoseThatCame() => Assert.Equal([(1, 3), (2, 2)], Steps([5, 25], later: 3));

    [Fact]
    public void Count_MoreStepsThanWerePlanned_LeavesNone() => Assert.Equal([(1, 0), (2, 0)], Steps([5, 25], later: 0));

    [Fact]
    public void Count_BeforeTheExposure_BeginsNothing() => Assert.Equal([(1, 0), (1, 0)], Steps([25, 50], exposed: false));

    [Fact]
    public void Count_UnknownWeights_AreOneStep() => Assert.Equal([(1, 0), (1, 0)], Steps([0, 0]));

    private static IEnumerable<(int Begun, int Later)> Steps(int[] weights, int? later = null, bool exposed = true) => ReplaySteps
        .Count([.. weights.Select((weight, i) => new ReplayRound(new Measurement(Noon.AddSeconds(i), []), new Exposure(exposed ? Noon : null, new Weight(weight), Noon)))], later)
        .Select(round => (round.Exposure.Begun, round.Exposure.Later));
}

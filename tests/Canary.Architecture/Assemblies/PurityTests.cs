namespace Canary.Architecture.Assemblies;

public sealed class PurityTests
{
    private static readonly CompiledAssembly Sample = CompiledAssembly.Read("Canary.Architecture");

    [Theory]
    [InlineData("Canary.Core")]
    [InlineData("Canary.Statistics")]
    public void ForbiddenReferences_PureProject_AreNone(string project) =>
        Assert.Empty(PurityRules.ForbiddenReferences(CompiledAssembly.Read(project)));

    [Theory]
    [InlineData("Canary.Core")]
    [InlineData("Canary.Statistics")]
    public void MutableState_PureProject_IsNone(string project) =>
        Assert.Empty(PurityRules.MutableState(CompiledAssembly.Read(project)));

    [Theory]
    [InlineData("System.Environment.GetEnvironmentVariable")]
    [InlineData("System.Random")]
    [InlineData("System.DateTime.get_UtcNow")]
    [InlineData("System.Guid.NewGuid")]
    [InlineData("System.TimeProvider.get_System")]
    [InlineData("System.IO.Stream")]
    [InlineData("System.Threading.CancellationToken")]
    [InlineData("System.Threading.Tasks.Task")]
    public void ForbiddenReferences_ImpureSample_AreFound(string expected) =>
        Assert.Contains(expected, PurityRules.ForbiddenReferences(Sample));

    [Theory]
    [InlineData("System.Math")]
    [InlineData("System.DateTime.get_Ticks")]
    [InlineData("System.Environment.get_CurrentManagedThreadId")]
    public void ForbiddenReferences_HarmlessMember_IsNotAmongThem(string harmless) =>
        Assert.DoesNotContain(harmless, PurityRules.ForbiddenReferences(Sample));

    [Fact]
    public void MutableState_ImpureSample_IsFound()
    {
        const string owner = "Canary.Architecture.Assemblies.ImpureSample.";

        var found = PurityRules.MutableState(Sample).Where(field => field.StartsWith(owner, StringComparison.Ordinal)).Select(field => field[owner.Length..]);

        Assert.Equal(["<LastName>k__BackingField", "Cache", "SharedTable", "_calls"], found);
    }
}

namespace Canary.Architecture.Assemblies;

public sealed class ClosedHierarchyTests
{
    public static TheoryData<Type> HierarchiesOfCore => [.. ClosedHierarchies.In(typeof(Core.Step).Assembly)];

    [Theory]
    [MemberData(nameof(HierarchiesOfCore))]
    public void Problems_HierarchyOfCore_AreNone(Type hierarchy) => Assert.Empty(ClosedHierarchies.Problems(hierarchy));

    [Fact]
    public void In_Core_FindsTheSteps() => Assert.Contains(typeof(Core.Step), ClosedHierarchies.In(typeof(Core.Step).Assembly));

    [Theory]
    [InlineData(typeof(ClosedSample))]
    [InlineData(typeof(OpenSample), "OpenSample has a constructor that is not private")]
    [InlineData(typeof(UnsealedSample), "UnsealedSample.Loose is not sealed")]
    [InlineData(typeof(EmptySample), "EmptySample has no case")]
    public void Problems_Sample_AreNamed(Type hierarchy, params string[] expected) => Assert.Equal(expected, ClosedHierarchies.Problems(hierarchy));
}

namespace Canary.Architecture.Sources;

public sealed class PackageTests
{
    [Fact]
    public void WithoutReason_PackagesOfTheHouse_AreNone() => Assert.Empty(PackageRules.WithoutReason(Repository.Read("Directory.Packages.props")));

    [Fact]
    public void WithoutReason_Sample_NamesThePackagesWithoutOne()
    {
        const string sample = """
            <Project>
              <ItemGroup Label="Engine">
                <PackageVersion Include="Explained" Version="1.0.0" /> <!-- the reason -->
                <PackageVersion Include="Bare" Version="1.0.0" />
                <PackageVersion Include="Empty" Version="1.0.0" /> <!-- -->
                <PackageVersion Include="Below" Version="1.0.0" />
                <!-- a comment on its own line is not beside it -->
              </ItemGroup>
              <ItemGroup Label="Pins of what the feed lacks">
                <PackageVersion Include="Pinned" Version="1.0.0" />
              </ItemGroup>
            </Project>
            """;

        Assert.Equal(["Bare", "Empty", "Below"], PackageRules.WithoutReason(sample));
    }
}

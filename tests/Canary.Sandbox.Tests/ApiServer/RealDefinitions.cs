namespace Canary.Sandbox.ApiServer;

/// <summary>
/// CustomResourceDefinitions of other projects, which are not part of this repository: in the folder that CANARY_TEST_CRDS names, or in a
/// folder shared/crds beside one of the folders above the tests.
/// </summary>
internal static class RealDefinitions
{
    public const string WhyAbsent = "The definitions of other projects are not here; CANARY_TEST_CRDS can name their folder.";

    public static string? Find(string file) => Folders().Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("CANARY_TEST_CRDS") is { Length: > 0 } named)
        {
            yield return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "shared", "crds");
        }
    }
}

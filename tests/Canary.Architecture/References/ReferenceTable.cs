using System.Xml.Linq;

namespace Canary.Architecture.References;

/// <summary>One row of the table in docs/architecture.md.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="RefersTo">The projects that it refers to, all of them.</param>
/// <param name="Packages">The packages that it may refer to; null when any.</param>
internal sealed record ReferenceRow(string Project, IReadOnlyList<string> RefersTo, IReadOnlyList<string>? Packages);

/// <summary>A project file's references.</summary>
internal sealed record ProjectReferences(string Project, IReadOnlyList<string> RefersTo, IReadOnlyList<string> Packages)
{
    public static ProjectReferences Parse(string project, string csproj)
    {
        var document = XDocument.Parse(csproj);
        return new(
            project,
            [.. Included(document, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))],
            [.. Included(document, "PackageReference")]);
    }

    private static IEnumerable<string> Included(XDocument document, string element) =>
        document.Descendants().Where(e => e.Name.LocalName == element).Select(e => (string?)e.Attribute("Include")).OfType<string>();
}

/// <summary>Reads the table of references, and compares projects with it.</summary>
internal static class ReferenceTable
{
    private const string Header = "| project | refers to | packages |";

    public static IReadOnlyList<ReferenceRow> Parse(string markdown)
    {
        var lines = markdown.ReplaceLineEndings("\n").Split('\n');
        var header = Array.IndexOf(lines, Header);
        if (header < 0)
        {
            throw new InvalidOperationException($"No line is exactly: {Header}");
        }

        return [.. lines.Skip(header + 2).TakeWhile(line => line.StartsWith('|')).Select(ParseRow)];
    }

    /// <summary>Says in one sentence each what differs between the projects and the table.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyList<ReferenceRow> rows, IReadOnlyList<ProjectReferences> projects)
    {
        var found = new List<string>();
        foreach (var row in rows.Where(row => projects.All(project => project.Project != row.Project)))
        {
            found.Add($"{row.Project} has a row and no project");
        }

        foreach (var project in projects)
        {
            var row = rows.SingleOrDefault(row => row.Project == project.Project);
            if (row is null)
            {
                found.Add($"{project.Project} has no row");
                continue;
            }

            found.AddRange(project.RefersTo.Except(row.RefersTo).Select(extra => $"{project.Project} must not refer to {extra}"));
            found.AddRange(row.RefersTo.Except(project.RefersTo).Select(missing => $"{project.Project} does not refer to {missing}, which its row says"));
            if (row.Packages is not null)
            {
                found.AddRange(project.Packages.Except(row.Packages).Select(package => $"{project.Project} must not use the package {package}"));
            }
        }

        return found;
    }

    private static ReferenceRow ParseRow(string line)
    {
        var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
        return new(Plain(cells[0]), Names(cells[1]), cells[2] == "any" ? null : Names(cells[2]));
    }

    private static IReadOnlyList<string> Names(string cell) =>
        cell == "none" ? [] : [.. cell.Split(',', StringSplitOptions.TrimEntries).Select(Plain)];

    private static string Plain(string cell) => cell.Trim('`');
}

using System.Xml.Linq;

namespace Canary.Architecture.Sources;

/// <summary>Each package has a reason: beside it, or, for tests and pins, which a reader skips together, in the label of its group.</summary>
internal static class PackageRules
{
    public static IReadOnlyList<string> WithoutReason(string packagesProps)
    {
        var document = XDocument.Parse(packagesProps, LoadOptions.PreserveWhitespace);
        return [.. document.Descendants("PackageVersion").Where(package => !HasReason(package)).Select(package => (string?)package.Attribute("Include") ?? package.ToString())];
    }

    private static bool HasReason(XElement package) => LabelIsReason(package.Parent!) || CommentBeside(package);

    private static bool LabelIsReason(XElement group) =>
        (string?)group.Attribute("Label") is { } label && (label.StartsWith("Tests", StringComparison.Ordinal) || label.StartsWith("Pins", StringComparison.Ordinal));

    private static bool CommentBeside(XElement package)
    {
        foreach (var node in package.NodesAfterSelf())
        {
            switch (node)
            {
                case XComment comment:
                    return comment.Value.Trim().Length > 0;
                case XText text when !text.Value.Contains('\n', StringComparison.Ordinal):
                    continue;
                default:
                    return false;
            }
        }

        return false;
    }
}

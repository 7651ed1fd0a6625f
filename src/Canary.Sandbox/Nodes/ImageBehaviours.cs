using System.Text.RegularExpressions;

namespace Canary.Sandbox.Nodes;

/// <summary>The table from image tags to behaviour. Entries set for a whole image win over the rules for tags. Immutable.</summary>
internal sealed partial class ImageBehaviours
{
    private readonly IReadOnlyDictionary<string, PodBehaviour> _images;

    /// <param name="images">Behaviour by full image name such as <c>shop/checkout:v9</c>; other images go by their tag.</param>
    public ImageBehaviours(IReadOnlyDictionary<string, PodBehaviour>? images = null) =>
        _images = images ?? new Dictionary<string, PodBehaviour>();

    /// <summary>
    /// A version (<c>v1</c>, <c>2.0.1</c>, <c>latest</c>) is healthy unless its name ends in what is wrong with it:
    /// <c>-errors</c>, <c>-slow</c>, <c>-crash</c>, <c>-unready</c>. Any other tag does not exist.
    /// </summary>
    public PodBehaviour Of(string image)
    {
        if (_images.TryGetValue(image, out var behaviour))
        {
            return behaviour;
        }

        var match = Version().Match(TagOf(image));
        return match.Success
            ? match.Groups["wrong"].Value switch
            {
                "errors" => PodBehaviour.Faulty,
                "slow" => PodBehaviour.Slow,
                "crash" => PodBehaviour.Healthy with { Fate = PodFate.Crashes },
                "unready" => PodBehaviour.Healthy with { Fate = PodFate.NeverReady },
                _ => PodBehaviour.Healthy,
            }
            : PodBehaviour.Healthy with { Fate = PodFate.ImageMissing };
    }

    public static string TagOf(string image)
    {
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');

        // a colon before the last slash belongs to a registry's port
        return colon > name.LastIndexOf('/') ? name[(colon + 1)..] : "latest";
    }

    [GeneratedRegex(@"^(latest|v?\d+(\.\d+)*)(-(?<wrong>[a-z]+)|[-.+_][A-Za-z0-9.+_-]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}

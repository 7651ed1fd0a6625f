using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Resources;
using k8s.Exceptions;

namespace Canary.Kubernetes.Access;

/// <summary>Kubeconfig files read as one: of two entries with a name the first counts, as for kubectl. Immutable.</summary>
/// <remarks>Read without reflection, which an ahead-of-time compiled program does not have.</remarks>
internal sealed class Kubeconfig
{
    private readonly IReadOnlyList<(JsonObject Content, string Folder)> _files;

    private Kubeconfig(IReadOnlyList<(JsonObject Content, string Folder)> files) => _files = files;

    /// <summary>The context that is used when none is named; null when there is none.</summary>
    public string? CurrentContext => _files.Select(file => file.Content.At("current-context").AsText()).FirstOrDefault(name => name is not null);

    /// <summary>The names of the contexts, in their order.</summary>
    public IEnumerable<string> Contexts => _files.SelectMany(file => file.Content.At("contexts").AsObjects()).Select(entry => entry.At("name").AsText()).OfType<string>().Distinct();

    /// <summary>Where files are looked for.</summary>
    /// <param name="named">A path that a person named; null for none.</param>
    /// <param name="variable">What KUBECONFIG says; null when it is not set.</param>
    /// <param name="home">The home folder; empty when there is none.</param>
    /// <returns>The paths in order, and whether each must exist.</returns>
    public static (IReadOnlyList<string> Paths, bool Required) Places(string? named, string? variable, string home) => (named, variable) switch
    {
        ({ } path, _) => ([path], true),
        (null, { Length: > 0 }) => (variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), false),
        _ => (home.Length == 0 ? [] : [Path.Combine(home, ".kube", "config")], false),
    };

    /// <summary>Reads the files.</summary>
    /// <returns>The kubeconfig; null when none of the files exists.</returns>
    /// <exception cref="KubeConfigException">A required one does not exist, or one is no kubeconfig.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    public static Kubeconfig? Read(IReadOnlyList<string> paths, bool required)
    {
        var files = new List<(JsonObject, string)>();
        foreach (var path in paths)
        {
            if (!File.Exists(path))
            {
                if (required)
                {
                    throw new KubeConfigException($"the kubeconfig {path} does not exist");
                }

                continue;
            }

            var content = YamlTree.ParseAll(File.ReadAllText(path)).OfType<JsonObject>().FirstOrDefault() ?? throw new KubeConfigException($"{path} is no kubeconfig");
            files.Add((content, Path.GetDirectoryName(Path.GetFullPath(path)) ?? ""));
        }

        return files.Count == 0 ? null : new Kubeconfig(files);
    }

    /// <summary>Finds a context.</summary>
    /// <exception cref="KubeConfigException">There is none of that name.</exception>
    public JsonNode Context(string name) => Find("contexts", "context", name)?.Content
        ?? throw new KubeConfigException($"the kubeconfig has no context \"{name}\"; it has {(Contexts.Any() ? string.Join(", ", Contexts) : "none")}");

    /// <summary>Finds a cluster.</summary>
    /// <exception cref="KubeConfigException">There is none of that name.</exception>
    public (JsonNode Content, string Folder) Cluster(string name) => Find("clusters", "cluster", name) ?? throw new KubeConfigException($"the kubeconfig has no cluster \"{name}\"");

    /// <summary>Finds a user.</summary>
    /// <exception cref="KubeConfigException">There is none of that name.</exception>
    public (JsonNode Content, string Folder) User(string name) => Find("users", "user", name) ?? throw new KubeConfigException($"the kubeconfig has no user \"{name}\"");

    private (JsonNode Content, string Folder)? Find(string list, string kind, string name)
    {
        foreach (var (content, folder) in _files)
        {
            if (content.At(list).AsObjects().FirstOrDefault(entry => entry.At("name").AsText() == name) is { } found)
            {
                return (found.At(kind) ?? new JsonObject(), folder);
            }
        }

        return null;
    }
}

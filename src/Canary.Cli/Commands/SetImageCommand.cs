using System.CommandLine;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Access;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary><c>canary set-image</c>: sets an image in the Rollout's Deployment, which starts a rollout.</summary>
internal static class SetImageCommand
{
    public static Command Create(ClusterCall call)
    {
        var access = new AccessOptions();
        var name = ClusterCall.Name(call, access);
        var images = new Argument<string[]>("CONTAINER=IMAGE") { Description = "Which container's image, and which image; IMAGE alone where there is one container", Arity = ArgumentArity.OneOrMore };
        var command = new Command("set-image", "Sets images in the Rollout's Deployment, as kubectl set image does; that starts a rollout.") { name, images };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => call.RunAsync(access.Read(parsed), async (connection, token) =>
        {
            var key = ClusterCall.Key(connection, parsed.GetRequiredValue(name));
            if (await new RolloutReader(connection.Api, call.Time).FindAsync(key, token).ConfigureAwait(false) is not { } rollout)
            {
                return await call.MissingAsync(connection, key, token).ConfigureAwait(false);
            }

            if (rollout.Leading?.Deployment is not { } deployment)
            {
                call.Terminal.Error.WriteLine($"{key} names no Deployment: {string.Join("; ", rollout.Problems)}");
                return ExitCode.Error;
            }

            var containers = await Containers.ReadAsync(connection, key.Namespace, deployment, token).ConfigureAwait(false);
            var wanted = parsed.GetRequiredValue(images).Select(image => containers.Match(image)).ToList();
            var changed = wanted.Where(image => containers.ImageOf(image.Container) != image.Image).ToList();
            if (changed.Count == 0)
            {
                call.Terminal.Out.WriteLine($"{key}: Deployment {deployment} has {(wanted.Count == 1 ? "that image" : "those images")} already");
                return ExitCode.Pass;
            }

            await connection.Api.PatchAsync(ResourceKind.Deployments, key.Namespace, deployment, PatchKind.StrategicMerge, Containers.Patch(changed), null, token).ConfigureAwait(false);
            foreach (var (container, image) in changed)
            {
                call.Terminal.Out.WriteLine($"{key}: container {container} of Deployment {deployment} has image {image} now, {containers.ImageOf(container)} before");
            }

            call.Terminal.Out.WriteLine($"Follow it: canary watch {key.Name} -n {key.Namespace}");
            return ExitCode.Pass;
        }, cancellation));
        return command;
    }

    /// <summary>The containers of a Deployment and their images.</summary>
    private sealed class Containers(string deployment, IReadOnlyList<(string Container, string Image)> list)
    {
        public static async Task<Containers> ReadAsync(ClusterConnection connection, string ns, string deployment, CancellationToken cancellation)
        {
            var read = await connection.Api.FindAsync(ResourceKind.Deployments, ns, deployment, cancellation).ConfigureAwait(false)
                ?? throw new UsageException($"there is no Deployment {deployment} in namespace {ns}");
            var spec = read["spec"]?["template"]?["spec"]?["containers"] as JsonArray ?? [];
            return new Containers(deployment, [.. spec.OfType<JsonObject>().Select(container => ((string?)container["name"] ?? "", (string?)container["image"] ?? ""))]);
        }

        public static JsonObject Patch(IEnumerable<(string Container, string Image)> images) => new()
        {
            ["spec"] = new JsonObject
            {
                ["template"] = new JsonObject
                {
                    ["spec"] = new JsonObject { ["containers"] = new JsonArray([.. images.Select(image => new JsonObject { ["name"] = image.Container, ["image"] = image.Image })]) },
                },
            },
        };

        public string ImageOf(string container) => list.First(one => one.Container == container).Image;

        /// <exception cref="UsageException">It names no container, or one that is not there.</exception>
        public (string Container, string Image) Match(string text)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            var names = string.Join(", ", list.Select(one => one.Container));
            if (at < 0)
            {
                return list.Count == 1 ? (list[0].Container, text) : throw new UsageException($"{text}: Deployment {deployment} has containers {names}: write CONTAINER=IMAGE");
            }

            return list.Any(one => one.Container == text[..at]) && at + 1 < text.Length
                ? (text[..at], text[(at + 1)..])
                : throw new UsageException($"{text}: write CONTAINER=IMAGE; Deployment {deployment} has {names}");
        }
    }
}

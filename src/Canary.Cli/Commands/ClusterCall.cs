using System.CommandLine;
using Canary.Cli.Output;
using Canary.Core;
using Canary.Kubernetes.Access;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary>A command that talks to the cluster: it connects, and says what is wrong when that fails.</summary>
/// <param name="terminal">Where it writes.</param>
/// <param name="time">The clock.</param>
internal sealed class ClusterCall(Terminal terminal, TimeProvider time)
{
    public Terminal Terminal { get; } = terminal;

    public TimeProvider Time { get; } = time;

    /// <summary>Runs a command with a connection.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">The kubeconfig, or a name in it, is wrong.</exception>
    public async Task<int> RunAsync(ClusterAccess access, Func<ClusterConnection, CancellationToken, Task<int>> command, CancellationToken cancellation)
    {
        var opened = await ClusterConnection.OpenAsync(access, Time, cancellation).ConfigureAwait(false);
        using var connection = opened.Value ?? throw new UsageException([.. opened.Problems.Select(problem => problem.ToString())]);
        try
        {
            return await command(connection, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException failure)
        {
            Terminal.EndProgress();
            foreach (var line in Explain(failure))
            {
                Terminal.Error.WriteLine(line);
            }

            return ExitCode.Error;
        }
    }

    /// <summary>Reads a name as kubectl takes them: <c>NAME</c> or <c>rollout/NAME</c>.</summary>
    public static RolloutKey Key(ClusterConnection connection, string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 || name[..slash].ToLowerInvariant() is "rollout" or "rollouts" or "ro" or "rollout.canary.dev" or "rollouts.canary.dev"
            ? new RolloutKey(connection.Namespace, name[(slash + 1)..])
            : throw new UsageException($"{name}: name a Rollout: NAME, or rollout/NAME");
    }

    /// <summary>Says that there is no such Rollout, and which there are.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> MissingAsync(ClusterConnection connection, RolloutKey key, CancellationToken cancellation)
    {
        var others = await new RolloutReader(connection.Api, Time).ListAsync(key.Namespace, null, cancellation).ConfigureAwait(false);
        var names = others.Count == 0 ? "there are none in it; canary list -A shows all" : $"there are {string.Join(", ", others.Take(10).Select(other => other.Key.Name))}{(others.Count > 10 ? ", ..." : "")}";
        Terminal.Error.WriteLine($"there is no Rollout {key.Name} in namespace {key.Namespace}; {names}");
        return ExitCode.NotFound;
    }

    public static Argument<string> Name(ClusterCall call, AccessOptions access)
    {
        var name = new Argument<string>("ROLLOUT") { Description = "Its name, or rollout/NAME" };
        name.CompletionSources.Add(context => Candidates.Rollouts(call, access, context));
        return name;
    }

    private static IEnumerable<string> Explain(KubernetesApiException failure)
    {
        if (failure.Missing is { } right)
        {
            var group = right.Group.Length == 0 ? "" : $".{right.Group}";
            yield return $"refused: you may not {right.Verb} {right.Resource}{group} {(right.Namespace is null ? "in the whole cluster" : $"in namespace {right.Namespace}")}";
            yield return right.Namespace is null ? "A ClusterRole with this rule, bound to you, gives the right:" : $"A Role in namespace {right.Namespace} with this rule, bound to you, gives the right:";
            yield return $"  - {right.Rule}";
            yield break;
        }

        yield return failure.IsNotFound
            ? $"the cluster does not know it: {failure.Message}; are the resource definitions installed? (kubectl apply -f deploy/crds)"
            : failure.StatusCode == 0 ? $"the cluster does not answer: {failure.Message}" : $"the cluster refused: {failure.Message}";
    }
}

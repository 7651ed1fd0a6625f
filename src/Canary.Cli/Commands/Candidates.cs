using System.CommandLine;
using System.CommandLine.Completions;
using Canary.Cli.Output;
using Canary.Core;
using Canary.Kubernetes.Access;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary>What could be typed next, asked of the cluster. Says nothing when the cluster says nothing.</summary>
internal static class Candidates
{
    // a person waits for the key to act
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static IEnumerable<CompletionItem> Rollouts(ClusterCall call, AccessOptions access, CompletionContext context) =>
        Ask(call, access, context, async (connection, cancellation) =>
            [.. (await new RolloutReader(connection.Api, call.Time).ListAsync(connection.Namespace, null, cancellation).ConfigureAwait(false)).Select(rollout => rollout.Key.Name)]);

    public static IEnumerable<CompletionItem> Revisions(ClusterCall call, AccessOptions access, CompletionContext context, Argument<string> rollout) =>
        Ask(call, access, context, async (connection, cancellation) =>
        {
            var key = ClusterCall.Key(connection, context.ParseResult.GetValue(rollout) ?? "");
            var read = await new RolloutReader(connection.Api, call.Time).ReadAsync(key, cancellation).ConfigureAwait(false);
            return [.. (read?.Revisions ?? []).Where(revision => !revision.IsBaseline && revision.Revision != read!.Status.Stable?.Revision).Select(revision => revision.Revision.Hash)]; // read is there when it has revisions
        });

    private static List<CompletionItem> Ask(ClusterCall call, AccessOptions access, CompletionContext context, Func<ClusterConnection, CancellationToken, Task<string[]>> ask)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience, call.Time);
            var asked = access.Read(context.ParseResult);
            string[] found = [];

            // completion is synchronous in the library; nothing else runs in the process
            new ClusterCall(new Terminal(TextWriter.Null, TextWriter.Null, false, false), call.Time)
                .RunAsync(asked, async (connection, cancellation) =>
                {
                    found = await ask(connection, cancellation).ConfigureAwait(false);
                    return ExitCode.Pass;
                }, limit.Token).GetAwaiter().GetResult();
            return [.. found.Where(name => name.StartsWith(context.WordToComplete, StringComparison.Ordinal)).Select(name => new CompletionItem(name))];
        }
        catch (Exception nothing) when (nothing is UsageException or OperationCanceledException or KubernetesApiException)
        {
            return [];
        }
    }
}

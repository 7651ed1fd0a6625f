using System.CommandLine;
using System.Text.Json.Nodes;
using Canary.Cli.Output;
using Canary.Kubernetes.Documents;

namespace Canary.Cli.Commands;

/// <summary><c>canary list</c> and <c>canary get</c>: how Rollouts stand now.</summary>
internal static class ListCommand
{
    public static Command Create(ClusterCall call)
    {
        var access = new AccessOptions();
        var all = new Option<bool>("--all-namespaces", "-A") { Description = "Of every namespace" };
        var selector = new Option<string?>("--selector", "-l") { Description = "Only those with these labels", HelpName = "LABELS" };
        var output = SharedOptions.ResourceOutput();
        var command = new Command("list", "Lists Rollouts: phase, step, weight, verdict. A star beside a phase: a command waits for the engine.") { all, selector, output };
        command.Aliases.Add("ls");
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => call.RunAsync(access.Read(parsed), async (connection, token) =>
        {
            var everywhere = parsed.GetValue(all);
            var rollouts = await new RolloutReader(connection.Api, call.Time).ListAsync(everywhere ? null : connection.Namespace, parsed.GetValue(selector), token).ConfigureAwait(false);
            Write(call.Terminal, rollouts, parsed.GetValue(output), everywhere);
            if (rollouts.Count == 0)
            {
                call.Terminal.Error.WriteLine(everywhere ? "there are no Rollouts" : $"there are no Rollouts in namespace {connection.Namespace}; -A shows those of every namespace");
            }

            return ExitCode.Pass;
        }, cancellation));
        return command;
    }

    public static Command CreateGet(ClusterCall call)
    {
        var access = new AccessOptions();
        var name = ClusterCall.Name(call, access);
        var output = SharedOptions.ResourceOutput();
        var ascii = SharedOptions.Ascii();
        var command = new Command("get", "Shows one Rollout: plan, revisions, pods, what each metric says, the last command, what happened.") { name, output, ascii };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => call.RunAsync(access.Read(parsed), async (connection, token) =>
        {
            var key = ClusterCall.Key(connection, parsed.GetRequiredValue(name));
            if (await new RolloutReader(connection.Api, call.Time).ReadAsync(key, token).ConfigureAwait(false) is not { } rollout)
            {
                return await call.MissingAsync(connection, key, token).ConfigureAwait(false);
            }

            switch (parsed.GetValue(output))
            {
                case ResourceFormat.Text or ResourceFormat.Wide:
                    foreach (var line in RolloutScreen.Lines(rollout, call.Terminal.Style(parsed.GetValue(ascii))))
                    {
                        call.Terminal.Out.WriteLine(line);
                    }

                    break;
                case ResourceFormat.Name:
                    call.Terminal.Out.WriteLine(Name(rollout));
                    break;
                case var format:
                    call.Terminal.Out.WriteLine(Resource(rollout.Source, format));
                    break;
            }

            return ExitCode.Pass;
        }, cancellation));
        return command;
    }

    private static void Write(Terminal terminal, IReadOnlyList<RolloutDocument> rollouts, ResourceFormat format, bool namespaces)
    {
        switch (format)
        {
            case ResourceFormat.Name:
                foreach (var rollout in rollouts)
                {
                    terminal.Out.WriteLine(Name(rollout));
                }

                break;
            case ResourceFormat.Json or ResourceFormat.Yaml:
                var items = new JsonArray([.. rollouts.Select(rollout => rollout.Source.DeepClone())]);
                terminal.Out.WriteLine(Resource(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = items }, format));
                break;
            default:
                if (rollouts.Count > 0)
                {
                    foreach (var line in RolloutTable.Lines(rollouts, terminal.Style(), namespaces, format == ResourceFormat.Wide, terminal.IsInteractive && format != ResourceFormat.Wide))
                    {
                        terminal.Out.WriteLine(line);
                    }
                }

                break;
        }
    }

    private static string Name(RolloutDocument rollout) => $"rollout.canary.dev/{rollout.Key.Name}";

    private static string Resource(JsonObject resource, ResourceFormat format) =>
        format == ResourceFormat.Yaml ? YamlText.Write(resource).TrimEnd('\n') : resource.ToJsonString(JsonText.Indented);
}

using System.CommandLine;
using Canary.Kubernetes.Access;

namespace Canary.Cli.Commands;

/// <summary>Which cluster, and as whom: kubectl's options, which a plugin has to have itself.</summary>
internal sealed class AccessOptions
{
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "The namespace; that of the kubeconfig's context by default", HelpName = "NAME" };
    private readonly Option<FileInfo?> _kubeconfig = new("--kubeconfig") { Description = "A kubeconfig; those of KUBECONFIG, or ~/.kube/config, by default", HelpName = "FILE" };
    private readonly Option<string?> _context = new("--context") { Description = "The kubeconfig's context", HelpName = "NAME" };
    private readonly Option<string?> _cluster = new("--cluster") { Description = "The kubeconfig's cluster", HelpName = "NAME" };
    private readonly Option<string?> _user = new("--user") { Description = "The kubeconfig's user", HelpName = "NAME" };
    private readonly Option<string?> _as = new("--as") { Description = "Act as somebody else", HelpName = "USER" };
    private readonly Option<string[]> _groups = new("--as-group") { Description = "A group of whom to act as; may be repeated", HelpName = "GROUP", DefaultValueFactory = _ => [] };
    private readonly Option<string> _timeout = new("--request-timeout") { Description = "The longest that one request to the cluster may take", HelpName = "TIME", DefaultValueFactory = _ => "10s" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _namespace, _kubeconfig, _context, _cluster, _user, _as, _groups, _timeout })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the choices.</summary>
    /// <exception cref="UsageException">One is wrong.</exception>
    public ClusterAccess Read(ParseResult parsed)
    {
        var groups = parsed.GetValue(_groups) ?? [];
        var user = parsed.GetValue(_as);
        if (groups.Length > 0 && user is null)
        {
            throw new UsageException("--as-group needs --as USER");
        }

        var timeout = parsed.GetValue(_timeout) ?? "10s";
        return new ClusterAccess
        {
            Namespace = parsed.GetValue(_namespace),
            Kubeconfig = parsed.GetValue(_kubeconfig)?.FullName,
            Context = parsed.GetValue(_context),
            Cluster = parsed.GetValue(_cluster),
            User = parsed.GetValue(_user),
            ActAs = user,
            ActAsGroups = groups,
            RequestTimeout = DurationText.Parse(timeout) is { } duration && duration > TimeSpan.Zero && duration <= TimeSpan.FromMinutes(5)
                ? duration
                : throw new UsageException($"--request-timeout {timeout}: {DurationText.Rule}, up to 5m"),
        };
    }
}

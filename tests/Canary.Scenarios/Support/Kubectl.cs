using System.Diagnostics;
using Xunit;

namespace Canary.Scenarios.Support;

/// <summary>Runs the kubectl on PATH against one namespace of the shared cluster.</summary>
internal sealed class Kubectl
{
    private readonly string _kubeconfig;
    private readonly string _namespace;

    public Kubectl(string kubeconfig, string ns)
    {
        Assert.SkipUnless(Binary is not null, "kubectl is not on PATH");
        _kubeconfig = kubeconfig;
        _namespace = ns;
    }

    private static string? Binary { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);

    /// <summary>A folder that is looked into before those of the PATH; null for none.</summary>
    public string? PathBefore { get; init; }

    /// <summary>Runs a plugin: options of kubectl itself cannot stand before its name.</summary>
    public Task<(int Code, string Output)> PluginAsync(params string[] arguments) => ReadAsync(StartBare(false, arguments), null);

    public Task<(int Code, string Output)> TryAsync(string? input, params string[] arguments) => ReadAsync(Start(input is not null, arguments), input);

    private static async Task<(int Code, string Output)> ReadAsync(Process started, string? input)
    {
        using var process = started;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }

        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Runs and requires success.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output) = await TryAsync(null, arguments);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }

    /// <summary>Starts a command that runs on, such as a watch; ended by its owner.</summary>
    public Process Start(bool withInput, params string[] arguments) => StartBare(withInput, ["--namespace", _namespace, .. arguments]);

    private Process StartBare(bool withInput, string[] arguments)
    {
        var start = new ProcessStartInfo(Binary!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = withInput,
        };
        start.Environment["KUBECONFIG"] = _kubeconfig;
        start.Environment["HOME"] = Path.GetDirectoryName(_kubeconfig);
        if (PathBefore is { } folder)
        {
            start.Environment["PATH"] = $"{folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        }

        return Process.Start(start)!; // a new process, so never null
    }
}

using System.Diagnostics;
using Xunit;

namespace Canary.Sandbox.ApiServer;

/// <summary>Runs the kubectl on PATH against one server, in a folder of its own.</summary>
internal sealed class KubectlRunner : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("canary-kubectl-");
    private readonly string _kubeconfig;

    public KubectlRunner(SandboxApiServer server)
    {
        Assert.SkipUnless(Binary is not null, "kubectl is not on PATH");
        _kubeconfig = server.WriteKubeconfig(Path.Combine(_folder.FullName, "kubeconfig"));
    }

    private static string? Binary { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);

    public string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    public async Task<(int Code, string Output)> TryAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Binary!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = _kubeconfig;
        start.Environment["HOME"] = _folder.FullName;
        using var process = Process.Start(start)!; // a new process, so never null
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Runs and requires success.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output) = await TryAsync(arguments);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

using System.Diagnostics;

namespace Canary.Testing;

/// <summary>Programs of other projects that tests run: in the folder that CANARY_TEST_TOOLS names, made by tests/tools.sh.</summary>
public static class TestTools
{
    private const string Variable = "CANARY_TEST_TOOLS";

    private static readonly string[] Names = ["render-chart", "promtool", "lua5.1"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static string? Folder { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : null;

    /// <summary>Why there are none; null when they are there.</summary>
    public static string? WhyAbsent { get; } = Folder is null
        ? $"The programs that check the installation are not here: {Variable} is not set; tests/tools.sh finds or makes them."
        : Array.Find(Names, name => !File.Exists(Path.Combine(Folder, name))) is { } missing ? $"{Variable} names {Folder}, where {missing} is missing." : null;

    /// <summary>Runs one of them.</summary>
    /// <param name="program">Its name, such as <c>promtool</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Gives up; a minute is the longest in any case.</param>
    /// <returns>Exit status, output, and what it said on standard error.</returns>
    public static Task<(int Code, string Output, string Errors)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation) =>
        RunAsync(Path.Combine(Folder!, program), arguments, null, cancellation); // tests skip without the folder

    /// <summary>Runs any program.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads on standard input; null for nothing.</param>
    /// <param name="cancellation">Gives up; a minute is the longest in any case.</param>
    /// <returns>Exit status, output, and what it said on standard error.</returns>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string path, IEnumerable<string> arguments, string? input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!; // not shell-executed, so never null
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.StandardInput.WriteAsync((input ?? "").AsMemory(), limit.Token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it ended without reading everything, and says why by its status
        }

        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors);
    }
}

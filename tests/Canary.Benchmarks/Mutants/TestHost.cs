using System.Diagnostics;
using System.Globalization;

namespace Canary.Benchmarks.Mutants;

/// <summary>A process that runs tests against one mutant after another. It is started again when a mutant does not let it end.</summary>
/// <param name="folder">Where the tests stand, with the mutated assembly.</param>
/// <param name="tests">The name of the assembly of tests.</param>
/// <param name="mutated">The name of the mutated assembly.</param>
/// <param name="mutants">How many mutants it has.</param>
/// <param name="time">Measures the time limits.</param>
internal sealed class TestHost(string folder, string tests, string mutated, int mutants, TimeProvider time) : IDisposable
{
    /// <summary>Starting, and listing what there is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private Process? _process;

    /// <summary>The full names of all test methods.</summary>
    public async Task<IReadOnlyList<string>> ListAsync() => await AskAsync("list", Patience) ?? throw new InvalidOperationException($"{tests} does not start");

    /// <summary>Runs one test method without a mutant.</summary>
    /// <param name="method">Its full name.</param>
    /// <returns>Whether it passed, how long it took, and the mutants whose members it runs.</returns>
    public async Task<TestCoverage> CoverAsync(string method)
    {
        var answer = await AskAsync($"cover {method}", TimeSpan.FromMinutes(10));
        return answer is null
            ? new(method, false, TimeSpan.Zero, [])
            : new(method, answer[0] == "0", TimeSpan.FromMilliseconds(Number(answer[1])), [.. answer.Skip(2).Select(Number)]);
    }

    /// <summary>Runs test methods with a mutant until the first fails.</summary>
    /// <param name="mutant">Its number; 0 is none.</param>
    /// <param name="methods">Full names.</param>
    /// <param name="limit">How long it may take.</param>
    public async Task<MutantEnd> RunAsync(int mutant, IEnumerable<string> methods, TimeSpan limit)
    {
        _ = _process ?? await RestartAsync(); // its start does not count
        var answer = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"run {mutant} {string.Join(' ', methods)}"), limit);
        return answer switch
        {
            null => MutantEnd.TimedOut,
            ["0", ..] => MutantEnd.Survived,
            _ => MutantEnd.Killed,
        };
    }

    public void Dispose() => Stop();

    private async Task<Process?> RestartAsync()
    {
        await ListAsync();
        return _process;
    }

    /// <summary>Null when there was no answer in time. A process that ends instead of answering, as after an overflow of its stack, has noticed.</summary>
    private async Task<string[]?> AskAsync(string order, TimeSpan limit)
    {
        var process = _process ??= Start();
        try
        {
            await process.StandardInput.WriteLineAsync(order);
            var answer = await process.StandardOutput.ReadLineAsync().WaitAsync(limit, time);
            if (answer is not null)
            {
                return answer.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }

            await process.WaitForExitAsync();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the tests' process ended with status {process.ExitCode} in: {order[..Math.Min(order.Length, 120)]}"));
            Stop();
            return ["ended", "0"];
        }
        catch (TimeoutException)
        {
            Stop();
            return null;
        }
    }

    private Process Start()
    {
        var host = new ProcessStartInfo("dotnet",
        [
            "exec", "--runtimeconfig", $"{tests}.runtimeconfig.json", "--depsfile", $"{tests}.deps.json", $"{HostSource.Name}.dll",
            tests, mutated, mutants.ToString(CultureInfo.InvariantCulture),
        ])
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        host.Environment["DOTNET_GCHeapHardLimit"] = "0x40000000"; // a mutant that allocates for ever must not take the machine with it
        host.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(host)!; // a new process, never null without the shell
    }

    /// <summary>Ends the process; the next order starts another.</summary>
    public void Stop()
    {
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
            _process = null;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>What a test method runs.</summary>
/// <param name="Method">Its full name.</param>
/// <param name="Passed">Whether it passes without a mutant.</param>
/// <param name="Time">How long it takes.</param>
/// <param name="Mutants">The numbers of the mutants in members that it runs.</param>
internal sealed record TestCoverage(string Method, bool Passed, TimeSpan Time, IReadOnlyList<int> Mutants);

/// <summary>What became of a mutant.</summary>
internal enum MutantEnd
{
    /// <summary>A test failed.</summary>
    Killed,

    /// <summary>The tests did not end in time: noticed, too.</summary>
    TimedOut,

    /// <summary>All tests that run its member passed.</summary>
    Survived,

    /// <summary>No test runs its member.</summary>
    Uncovered,
}

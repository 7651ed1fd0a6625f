using System.Collections.Concurrent;
using System.Globalization;

namespace Canary.Benchmarks.Mutants;

/// <summary>Tries the mutants of one project against its tests.</summary>
/// <param name="folder">Where the built tests stand. Nothing is changed there; the mutants get copies of it.</param>
/// <param name="tests">The name of the assembly of tests.</param>
/// <param name="assembly">The mutants.</param>
/// <param name="mutated">The name of their assembly.</param>
/// <param name="parallel">How many mutants are tried at a time, each in a process.</param>
/// <param name="time">Measures the time limits.</param>
internal sealed class MutantTrial(string folder, string tests, MutatedAssembly assembly, string mutated, int parallel, TimeProvider time)
{
    /// <summary>After so many mutants, the tests must pass without one: a mutant may leave something behind in the process that fails the tests of the next.</summary>
    private const int CheckEvery = 20;

    /// <summary>The tests of a mutant run in batches, quick ones first: each batch takes up to this long without mutants.</summary>
    private static readonly TimeSpan[] Batches = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(4), TimeSpan.MaxValue];

    /// <summary>Runs everything.</summary>
    /// <returns>What became of each mutant, in their order, and tests that failed without one and were left out.</returns>
    public async Task<(IReadOnlyList<MutantEnd> Ends, IReadOnlyList<string> Broken)> RunAsync()
    {
        var copies = Enumerable.Range(0, parallel).Select(Copy).ToList();
        var hosts = copies.Select(copy => new TestHost(copy, tests, mutated, assembly.Mutants.Count, time)).ToList();
        try
        {
            var coverage = await CoverAsync(hosts);
            var broken = coverage.Where(test => !test.Passed).Select(test => test.Method).Order(StringComparer.Ordinal).ToList();
            var reaching = coverage.Where(test => test.Passed).OrderBy(test => test.Time)
                .SelectMany(test => test.Mutants.Select(mutant => (mutant, test))).ToLookup(pair => pair.mutant, pair => pair.test);
            var ends = new MutantEnd[assembly.Mutants.Count];
            var done = 0;
            var started = time.GetTimestamp();
            var waiting = new ConcurrentQueue<int>(Enumerable.Range(1, ends.Length));
            var quick = Batched([.. coverage.Where(test => test.Passed).OrderBy(test => test.Time)]).First();
            await Task.WhenAll(hosts.Select(async host =>
            {
                while (Take(waiting) is { Count: > 0 } numbers)
                {
                    foreach (var number in numbers)
                    {
                        ends[number - 1] = await TryAsync(host, number, [.. reaching[number]]);
                    }

                    if (await TryAsync(host, 0, quick) is not MutantEnd.Survived)
                    {
                        foreach (var number in numbers)
                        {
                            host.Stop();
                            ends[number - 1] = await TryAsync(host, number, [.. reaching[number]]);
                        }

                        host.Stop();
                    }

                    var count = Interlocked.Add(ref done, numbers.Count);
                    var left = time.GetElapsedTime(started) / count * (ends.Length - count);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} of {ends.Length} mutants of {mutated}, about {left.TotalMinutes:0.0} minutes left"));
                }
            }));
            return (ends, broken);
        }
        finally
        {
            hosts.ForEach(host => host.Dispose());
            copies.ForEach(copy => Directory.Delete(copy, recursive: true));
        }
    }

    private static async Task<MutantEnd> TryAsync(TestHost host, int number, IReadOnlyList<TestCoverage> tests)
    {
        if (tests.Count == 0)
        {
            return MutantEnd.Uncovered;
        }

        foreach (var batch in Batched(tests))
        {
            // Ten times what the tests take, and half a minute for what else the machine has to do.
            var limit = TimeSpan.FromSeconds(30) + 10 * batch.Aggregate(TimeSpan.Zero, (sum, test) => sum + test.Time);
            var end = await host.RunAsync(number, batch.Select(test => test.Method), limit);
            if (end != MutantEnd.Survived)
            {
                return end;
            }
        }

        return MutantEnd.Survived;
    }

    private static IEnumerable<IReadOnlyList<TestCoverage>> Batched(IReadOnlyList<TestCoverage> tests)
    {
        var at = 0;
        foreach (var limit in Batches)
        {
            var batch = new List<TestCoverage>();
            for (var sum = TimeSpan.Zero; at < tests.Count && (batch.Count == 0 || sum + tests[at].Time <= limit); at++)
            {
                batch.Add(tests[at]);
                sum += tests[at].Time;
            }

            if (batch.Count > 0)
            {
                yield return batch;
            }
        }
    }

    private async Task<IReadOnlyList<TestCoverage>> CoverAsync(List<TestHost> hosts)
    {
        var coverage = new ConcurrentBag<TestCoverage>();
        await EachAsync(hosts, await hosts[0].ListAsync(), async (host, method) => coverage.Add(await host.CoverAsync(method)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{coverage.Count} tests of {tests} take {coverage.Sum(test => test.Time.TotalSeconds):0} s without mutants"));
        return [.. coverage];
    }

    private static Task EachAsync<T>(List<TestHost> hosts, IEnumerable<T> items, Func<TestHost, T, Task> act)
    {
        var waiting = new ConcurrentQueue<T>(items);
        return Task.WhenAll(hosts.Select(async host =>
        {
            while (waiting.TryDequeue(out var item))
            {
                await act(host, item);
            }
        }));
    }

    private static List<int> Take(ConcurrentQueue<int> waiting)
    {
        var numbers = new List<int>();
        while (numbers.Count < CheckEvery && waiting.TryDequeue(out var number))
        {
            numbers.Add(number);
        }

        return numbers;
    }

    private string Copy(int number)
    {
        var copy = Path.Combine(Path.GetDirectoryName(folder)!, string.Create(CultureInfo.InvariantCulture, $"mutants-{number}"));
        if (Directory.Exists(copy))
        {
            Directory.Delete(copy, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        // The test framework ends a process that still lives some seconds after its tests; ours goes on with the next mutant.
        File.WriteAllText(Path.Combine(copy, "xunit.runner.json"), """{ "shutdownForegroundThreadWaitSeconds": 2000000 }""");
        File.WriteAllBytes(Path.Combine(copy, $"{mutated}.dll"), assembly.Image);
        HostSource.Compile(Path.Combine(copy, $"{HostSource.Name}.dll"), Framework.Assemblies);
        return copy;
    }
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Canary.Benchmarks.Mutants;

/// <summary>The program that runs the tests of one project again and again in one process, for starting a process for every mutant would take longer than most tests.</summary>
/// <remarks>
/// It stands beside the tests and refers to nothing but the framework, so that it loads the mutated assembly and no other. The test framework's own entry
/// point runs the tests. Static fields get their values before any mutant is switched on; what a mutant would do to them is not seen.
/// </remarks>
internal static class HostSource
{
    /// <summary>The assembly's name.</summary>
    public const string Name = "MutantHost";

    private const string Text = """
        using System;
        using System.Collections.Generic;
        using System.Diagnostics;
        using System.IO;
        using System.Linq;
        using System.Reflection;
        using System.Runtime.CompilerServices;
        using System.Threading;
        using System.Threading.Tasks;

        internal static class MutantHost
        {
            private const BindingFlags Anything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

            private static int Main(string[] args)
            {
                var answers = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
                var orders = new StreamReader(Console.OpenStandardInput());
                var errors = Console.Error;
                Console.SetError(TextWriter.Null);
                ThreadPool.SetMinThreads(2000, 1); // the test framework leaves a thread waiting after each run
                var tests = Assembly.Load(args[0]);
                var mutated = Assembly.Load(args[1]);
                Assembly.SetEntryAssembly(tests);
                Warm(mutated);
                Warm(tests);
                var chosen = mutated.GetType("MutantSwitch", true)!;
                var active = chosen.GetField("Active")!;
                var seen = chosen.GetField("Seen")!;
                var count = int.Parse(args[2]);
                while (orders.ReadLine() is { } order)
                {
                    var words = order.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    switch (words[0])
                    {
                        case "list":
                            answers.WriteLine(string.Join(' ', Methods(tests)));
                            break;
                        case "cover":
                            var reached = new bool[count + 1];
                            seen.SetValue(null, reached);
                            var clean = Run(tests, words.Skip(1), out var told);
                            seen.SetValue(null, null);
                            if (!clean.StartsWith("0 "))
                            {
                                errors.WriteLine(told);
                            }

                            answers.WriteLine($"{clean} {string.Join(' ', Enumerable.Range(1, count).Where(mutant => reached[mutant]))}");
                            break;
                        default:
                            active.SetValue(null, int.Parse(words[1]));
                            var result = Run(tests, words.Skip(2), out _);
                            active.SetValue(null, 0);
                            answers.WriteLine(result);
                            break;
                    }
                }

                return 0;
            }

            private static string Run(Assembly tests, IEnumerable<string> methods, out string told)
            {
                var args = new List<string> { "-noLogo", "-noColor", "-noAutoReporters", "-stopOnFail", "-parallelMode", "none" };
                foreach (var method in methods)
                {
                    args.Add("-method");
                    args.Add(method);
                }

                var output = new StringWriter();
                Console.SetOut(TextWriter.Synchronized(output));
                var watch = Stopwatch.StartNew();
                var code = tests.EntryPoint!.Invoke(null, [args.ToArray()]) switch
                {
                    int number => number,
                    Task<int> task => task.GetAwaiter().GetResult(),
                    _ => -1,
                };
                told = output.ToString();
                return $"{code} {watch.ElapsedMilliseconds}";
            }

            private static IEnumerable<string> Methods(Assembly tests) =>
                from type in tests.GetTypes()
                where type.IsClass && !type.IsAbstract
                from method in type.GetMethods(Anything)
                where method.GetCustomAttributes().Any(attribute => attribute.GetType().GetInterfaces().Any(face => face.Name == "IFactAttribute"))
                select $"{type.FullName}.{method.Name}";

            private static void Warm(Assembly assembly)
            {
                foreach (var type in assembly.GetTypes().Where(type => !type.ContainsGenericParameters))
                {
                    RuntimeHelpers.RunClassConstructor(type.TypeHandle);
                }
            }
        }
        """;

    /// <summary>Compiles the program.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="references">Paths of the framework's assemblies.</param>
    public static void Compile(string path, IEnumerable<string> references)
    {
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);
        var result = CSharpCompilation
            .Create(Name, [CSharpSyntaxTree.ParseText(Text, MutatedAssembly.Parsing)], references.Select(reference => MetadataReference.CreateFromFile(reference)), options)
            .Emit(path);
        if (!result.Success)
        {
            throw new InvalidOperationException($"{Name} does not compile: {result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}");
        }
    }
}

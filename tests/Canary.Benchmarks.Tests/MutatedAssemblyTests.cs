using System.Reflection;
using Canary.Benchmarks.Mutants;

namespace Canary.Benchmarks.Tests;

public sealed class MutatedAssemblyTests
{
    private const string Source = """
        public static class Sample
        {
            public static int Sum(int a, int b) => a + b;

            public static string Sign(int a)
            {
                if (a is var same && same > 0)
                {
                    return "plus";
                }

                return "none";
            }

            public static int Twice { get; set; }

            public static void Set(int a) => Twice = 2 * a;

            public static string Text(string a) => a + "!";

            public static int Must(bool a)
            {
                if (a)
                {
                    return 1;
                }

                throw new System.InvalidOperationException();
            }
        }
        """;

    [Fact]
    public void Compile_SwitchOff_IsTheOriginal()
    {
        var (sample, _, _) = Load();

        Assert.Equal(5, Call(sample, "Sum", 2, 3));
        Assert.Equal("plus", Call(sample, "Sign", 1));
        Assert.Equal("none", Call(sample, "Sign", 0));
    }

    [Fact]
    public void Compile_SwitchOn_IsThatMutantAndNoOther()
    {
        var (sample, assembly, active) = Load();

        active.SetValue(null, NumberOf(assembly, 3, "-"));
        Assert.Equal(-1, Call(sample, "Sum", 2, 3));
        Assert.Equal("none", Call(sample, "Sign", 0));

        active.SetValue(null, NumberOf(assembly, 7, ">="));
        Assert.Equal(5, Call(sample, "Sum", 2, 3));
        Assert.Equal("plus", Call(sample, "Sign", 0));
    }

    [Fact]
    public void Compile_MutantsThatAreNoProgram_AreLeftOutAndCounted()
    {
        var (_, assembly, _) = Load();

        Assert.Contains(assembly.Impossible, mutant => mutant is { Line: 19, Replacement: "-" }); // text minus text
        Assert.Contains(assembly.Impossible, mutant => mutant is { Line: 28, Replacement: ";" }); // an end without a value
        Assert.DoesNotContain(assembly.Mutants, assembly.Impossible.Contains);
        Assert.Equal(MutantFinder.Find("Sample.cs", Source).Count(), assembly.Mutants.Count + assembly.Impossible.Count);
    }

    [Fact]
    public void Compile_MembersThatRun_AreSeen()
    {
        var (sample, assembly, active) = Load();
        var seen = new bool[assembly.Mutants.Count + 1];
        active.DeclaringType!.GetField("Seen")!.SetValue(null, seen);

        Call(sample, "Sum", 2, 3);

        Assert.Equal([NumberOf(assembly, 3, "-")], Enumerable.Range(0, seen.Length).Where(number => seen[number]));
    }

    private static (Type Sample, MutatedAssembly Assembly, FieldInfo Active) Load()
    {
        var assembly = MutatedAssembly.Compile(
            "Sample", new Dictionary<string, string> { ["Sample.cs"] = Source }, [.. MutantFinder.Find("Sample.cs", Source)], Framework.Assemblies);
        var loaded = Assembly.Load(assembly.Image);
        return (loaded.GetType("Sample", true)!, assembly, loaded.GetType("MutantSwitch", true)!.GetField("Active")!);
    }

    private static int NumberOf(MutatedAssembly assembly, int line, string replacement) =>
        1 + assembly.Mutants.ToList().FindIndex(mutant => mutant.Line == line && mutant.Replacement == replacement);

    private static object? Call(Type sample, string method, params object[] arguments) => sample.GetMethod(method)!.Invoke(null, arguments);
}

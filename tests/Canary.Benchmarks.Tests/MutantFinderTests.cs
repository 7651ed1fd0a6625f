using Canary.Benchmarks.Mutants;

namespace Canary.Benchmarks.Tests;

public sealed class MutantFinderTests
{
    [Theory]
    [InlineData("int F(int a, int b) => a + b;", "a - b")]
    [InlineData("bool F(int a) => a < 3;", "a <= 3", "a >= 3")]
    [InlineData("bool F(bool a, bool b) { return a && b; }", "a || b")]
    [InlineData("bool F(int a) => a is > 3;", "a is >= 3", "a is <= 3")]
    [InlineData("string F(string? a, string b) => a ?? b;", "a;", "=> b;")]
    [InlineData("int F(int a) => -a;", "=> a;")]
    [InlineData("int F(int a, int b) => Math.Min(a, b);", "Math.Max(a, b)")]
    [InlineData("string F() => \"x\";", "\"\"")]
    [InlineData("void F(int[] a) { a[0] = 1; }", "{ ; }")]
    [InlineData("int F(bool a) => a ? 1 : 2;", "!(a) ? 1 : 2")]
    [InlineData("int P { get { return 1 + 2; } }", "1 - 2")]
    public void Find_Member_IsChangedInEachWay(string member, params string[] expected)
    {
        var source = $"class C {{ {member} }}";

        var changed = MutantFinder.Find("C.cs", source).Select(mutant => source.Remove(mutant.Span.Start, mutant.Span.Length).Insert(mutant.Span.Start, mutant.Replacement)).ToList();

        Assert.Equal(expected.Length, changed.Count);
        Assert.All(expected.Zip(changed), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("const int A = 1 + 2;")] // cannot be switched
    [InlineData("static readonly int A = 1 + 2;")]
    [InlineData("int A { get; } = 1 + 2;")]
    [InlineData("void F(bool a = true) { }")]
    [InlineData("static C() { A = 1 + 2; }")]
    [InlineData("void F(object a) { ArgumentNullException.ThrowIfNull(a); }")] // the compiler's null analysis stands for it
    [InlineData("string F() => \"two words\";")] // prose
    public void Find_WhatCannotBeSwitchedOrIsProse_IsLeftOut(string member) => Assert.Empty(MutantFinder.Find("C.cs", $"class C {{ static int A; {member} }}"));

    [Fact]
    public void Find_Mutant_SaysWhereItIs() =>
        Assert.Equal("src/C.cs:3: + in a + b -> -", Assert.Single(MutantFinder.Find("src/C.cs", "class C\n{\n    int F(int a, int b) => a + b;\n}\n")).ToString());
}

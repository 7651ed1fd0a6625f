using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Canary.Benchmarks.Mutants;

/// <summary>An assembly that holds many mutants, of which a switch chooses one while it runs: each changed member has one body a mutant.</summary>
/// <param name="Image">The assembly.</param>
/// <param name="Mutants">The mutants; the place in the list, from 1, is the number that switches one on.</param>
/// <param name="Impossible">Mutants that the compiler refused.</param>
internal sealed record MutatedAssembly(byte[] Image, IReadOnlyList<Mutant> Mutants, IReadOnlyList<Mutant> Impossible)
{
    /// <summary>Added to the assembly. Zero switches every mutant off; while <c>Seen</c> is set, it learns which mutants' members run.</summary>
    private const string Switch = """
        public static class MutantSwitch
        {
            public static int Active;
            public static bool[]? Seen;

            public static bool Is(int mutant)
            {
                if (Seen is { } seen)
                {
                    seen[mutant] = true;
                }

                return Active == mutant;
            }
        }
        """;

    /// <summary>How source is read.</summary>
    public static CSharpParseOptions Parsing { get; } = new(LanguageVersion.CSharp14, DocumentationMode.None);

    /// <summary>Compiles sources with mutants.</summary>
    /// <param name="name">The assembly's name.</param>
    /// <param name="sources">Text by file.</param>
    /// <param name="mutants">Changes of these files.</param>
    /// <param name="references">Paths of assemblies.</param>
    /// <exception cref="InvalidOperationException">The sources do not compile even without mutants.</exception>
    public static MutatedAssembly Compile(string name, IReadOnlyDictionary<string, string> sources, IReadOnlyList<Mutant> mutants, IEnumerable<string> references)
    {
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);
        var libraries = references.Select(path => MetadataReference.CreateFromFile(path)).ToList();
        var possible = mutants.ToList();
        var impossible = new List<Mutant>();
        while (true)
        {
            var written = Write(sources, possible);
            var trees = written.Values.Select(file => CSharpSyntaxTree.ParseText(file.Text, Parsing, file.Name, Encoding.UTF8))
                .Append(CSharpSyntaxTree.ParseText(Switch, Parsing, "MutantSwitch.cs", Encoding.UTF8));
            using var image = new MemoryStream();
            var result = CSharpCompilation.Create(name, trees, libraries, options).Emit(image);
            if (result.Success)
            {
                return new(image.ToArray(), possible, impossible);
            }

            var errors = result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
            var refused = errors.Where(error => error.Location.IsInSource && written.ContainsKey(error.Location.SourceTree.FilePath))
                .SelectMany(error => written[error.Location.SourceTree!.FilePath].At(error.Location.SourceSpan)).ToHashSet();
            if (refused.Count == 0)
            {
                throw new InvalidOperationException($"{name} does not compile: {errors.FirstOrDefault()}");
            }

            impossible.AddRange(refused);
            possible.RemoveAll(refused.Contains);
        }
    }

    private static Dictionary<string, MutatedFile> Write(IReadOnlyDictionary<string, string> sources, List<Mutant> mutants)
    {
        var numbers = mutants.Select((mutant, index) => (mutant, number: index + 1)).ToLookup(pair => pair.mutant.File);
        return sources.ToDictionary(source => source.Key, source => MutatedFile.Write(source.Key, source.Value, [.. numbers[source.Key]]));
    }

    /// <summary>A source file with mutants, and where each stands.</summary>
    private sealed record MutatedFile(string Name, string Text, IReadOnlyList<(TextSpan Span, Mutant Mutant)> Variants, IReadOnlyList<(TextSpan Span, Mutant Mutant)> Members)
    {
        /// <summary>The mutants that an error is of: the variant that contains it, or else all of the member, for some errors are reported at its name.</summary>
        public IEnumerable<Mutant> At(TextSpan error)
        {
            var variants = Variants.Where(variant => variant.Span.Contains(error)).Select(variant => variant.Mutant).ToList();
            return variants.Count > 0 ? variants : Members.Where(member => member.Span.IntersectsWith(error)).Select(member => member.Mutant);
        }

        public static MutatedFile Write(string name, string source, IReadOnlyList<(Mutant Mutant, int Number)> mutants)
        {
            var variants = new List<(TextSpan, Mutant)>();
            var members = new List<(TextSpan, Mutant)>();
            var text = new StringBuilder();
            var at = 0;
            var bodies = mutants.ToLookup(pair => pair.Mutant.Body);
            foreach (var body in MemberBody.All(CSharpSyntaxTree.ParseText(source, Parsing).GetRoot()).Where(body => bodies[body.Span].Any()).OrderBy(body => body.Span.Start))
            {
                text.Append(source, at, body.Span.Start - at);
                var start = text.Length;
                var switched = body.Switched([.. bodies[body.Span].Select(pair => ((string?)Condition(pair.Number), Changed(source, body, pair.Mutant))), (null, Original(source, body))]);
                text.Append(switched);
                var head = body.Span.Start - (body.Node.FirstAncestorOrSelf<MemberDeclarationSyntax>()?.SpanStart ?? body.Span.Start);
                var from = 0;
                foreach (var (mutant, number) in bodies[body.Span])
                {
                    from = switched.IndexOf(Condition(number), from, StringComparison.Ordinal);
                    variants.Add((new TextSpan(start + from, Condition(number).Length + Changed(source, body, mutant).Length + 12), mutant));
                    members.Add((TextSpan.FromBounds(Math.Max(0, start - head), text.Length), mutant));
                }

                at = body.Span.End;
            }

            return new(name, text.Append(source, at, source.Length - at).ToString(), variants, members);
        }

        private static string Condition(int number) => string.Create(CultureInfo.InvariantCulture, $"global::MutantSwitch.Is({number})");

        private static string Original(string source, MemberBody body) => source.Substring(body.Node.SpanStart, body.Node.Span.Length);

        private static string Changed(string source, MemberBody body, Mutant mutant) =>
            Original(source, body).Remove(mutant.Span.Start - body.Node.SpanStart, mutant.Span.Length).Insert(mutant.Span.Start - body.Node.SpanStart, mutant.Replacement);
    }
}

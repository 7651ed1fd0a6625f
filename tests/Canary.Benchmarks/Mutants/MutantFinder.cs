using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Canary.Benchmarks.Mutants;

/// <summary>Finds the changes that can be made to a source file: the usual operators of mutation testing (PIT, Stryker).</summary>
/// <remarks>
/// Left out: whatever is no body of a member and so cannot be switched while the program runs (constants, attributes, initialisers, default values); null
/// guards, for which the compiler's null analysis stands; text that is prose for people, that is, contains a blank.
/// </remarks>
internal static class MutantFinder
{
    private static readonly Dictionary<SyntaxKind, string[]> Operators = new()
    {
        [SyntaxKind.AddExpression] = ["-"],
        [SyntaxKind.SubtractExpression] = ["+"],
        [SyntaxKind.MultiplyExpression] = ["/"],
        [SyntaxKind.DivideExpression] = ["*"],
        [SyntaxKind.ModuloExpression] = ["*"],
        [SyntaxKind.LessThanExpression] = ["<=", ">="],
        [SyntaxKind.LessThanOrEqualExpression] = ["<", ">"],
        [SyntaxKind.GreaterThanExpression] = [">=", "<="],
        [SyntaxKind.GreaterThanOrEqualExpression] = [">", "<"],
        [SyntaxKind.EqualsExpression] = ["!="],
        [SyntaxKind.NotEqualsExpression] = ["=="],
        [SyntaxKind.LogicalAndExpression] = ["||"],
        [SyntaxKind.LogicalOrExpression] = ["&&"],
        [SyntaxKind.BitwiseAndExpression] = ["|"],
        [SyntaxKind.BitwiseOrExpression] = ["&"],
        [SyntaxKind.ExclusiveOrExpression] = ["&"],
        [SyntaxKind.LeftShiftExpression] = [">>"],
        [SyntaxKind.RightShiftExpression] = ["<<"],
        [SyntaxKind.AddAssignmentExpression] = ["-="],
        [SyntaxKind.SubtractAssignmentExpression] = ["+="],
        [SyntaxKind.MultiplyAssignmentExpression] = ["/="],
        [SyntaxKind.DivideAssignmentExpression] = ["*="],
        [SyntaxKind.AndPattern] = ["or"],
        [SyntaxKind.OrPattern] = ["and"],
        [SyntaxKind.PreIncrementExpression] = ["--"],
        [SyntaxKind.PreDecrementExpression] = ["++"],
        [SyntaxKind.PostIncrementExpression] = ["--"],
        [SyntaxKind.PostDecrementExpression] = ["++"],
        [SyntaxKind.UnaryMinusExpression] = [""],
        [SyntaxKind.LogicalNotExpression] = [""],
        [SyntaxKind.NotPattern] = [""],
        [SyntaxKind.TrueLiteralExpression] = ["false"],
        [SyntaxKind.FalseLiteralExpression] = ["true"],
    };

    private static readonly Dictionary<SyntaxKind, string[]> Patterns = new()
    {
        [SyntaxKind.LessThanToken] = ["<=", ">="],
        [SyntaxKind.LessThanEqualsToken] = ["<", ">"],
        [SyntaxKind.GreaterThanToken] = [">=", "<="],
        [SyntaxKind.GreaterThanEqualsToken] = [">", "<"],
    };

    private static readonly (string One, string Other)[] Opposites =
    [
        ("Min", "Max"), ("MinBy", "MaxBy"), ("Floor", "Ceiling"), ("First", "Last"), ("FirstOrDefault", "LastOrDefault"), ("Any", "All"),
        ("OrderBy", "OrderByDescending"), ("Take", "Skip"), ("TakeWhile", "SkipWhile"), ("Append", "Prepend"), ("StartsWith", "EndsWith"),
    ];

    private static readonly Dictionary<string, string> Calls = Opposites.Concat(Opposites.Select(pair => (pair.Other, pair.One))).ToDictionary();

    /// <summary>Finds every change.</summary>
    /// <param name="file">The file's name, for the mutants.</param>
    /// <param name="source">Its text.</param>
    public static IEnumerable<Mutant> Find(string file, string source)
    {
        var tree = CSharpSyntaxTree.ParseText(source, MutatedAssembly.Parsing);
        foreach (var body in MemberBody.All(tree.GetRoot()))
        {
            foreach (var node in body.Node.DescendantNodesAndSelf(node => !LeftOut(node)).Where(node => !LeftOut(node)))
            {
                foreach (var (span, replacement) in Changes(node))
                {
                    var line = tree.GetLineSpan(span).StartLinePosition.Line + 1;
                    yield return new Mutant(file, line, body.Span, span, Shown(source, node, span), replacement);
                }
            }
        }
    }

    private static string Shown(string source, SyntaxNode node, TextSpan span) =>
        span.Length > 3 || node.Span.Length > 80 ? source.Substring(span.Start, span.Length) : $"{source.Substring(span.Start, span.Length)} in {node}";

    private static IEnumerable<(TextSpan Span, string Replacement)> Changes(SyntaxNode node)
    {
        var token = node switch
        {
            BinaryExpressionSyntax binary => binary.OperatorToken,
            AssignmentExpressionSyntax assignment => assignment.OperatorToken,
            BinaryPatternSyntax pattern => pattern.OperatorToken,
            PrefixUnaryExpressionSyntax prefix => prefix.OperatorToken,
            PostfixUnaryExpressionSyntax postfix => postfix.OperatorToken,
            UnaryPatternSyntax unary => unary.OperatorToken,
            LiteralExpressionSyntax literal => literal.Token,
            _ => default,
        };
        foreach (var replacement in Operators.GetValueOrDefault(node.Kind(), []))
        {
            yield return (token.Span, replacement);
        }

        foreach (var change in Others(node))
        {
            yield return change;
        }
    }

    private static IEnumerable<(TextSpan Span, string Replacement)> Others(SyntaxNode node) => node switch
    {
        RelationalPatternSyntax relational => Patterns[relational.OperatorToken.Kind()].Select(to => (relational.OperatorToken.Span, to)),
        BinaryExpressionSyntax either when either.IsKind(SyntaxKind.CoalesceExpression) => [(either.Span, either.Left.ToString()), (either.Span, either.Right.ToString())],
        LiteralExpressionSyntax { Token.ValueText.Length: > 0 } text when text.IsKind(SyntaxKind.StringLiteralExpression) && !IsProse(text) => [(text.Span, "\"\"")],
        InterpolatedStringExpressionSyntax text when !IsProse(text) => [(text.Span, "\"\"")],
        IfStatementSyntax choice => Negated(choice.Condition),
        ConditionalExpressionSyntax choice => Negated(choice.Condition),
        MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax } call when Calls.TryGetValue(call.Name.Identifier.Text, out var other) =>
            [(call.Name.Identifier.Span, other)],
        ExpressionStatementSyntax { Expression: InvocationExpressionSyntax or AssignmentExpressionSyntax } statement => [(statement.Span, ";")],
        ThrowStatementSyntax or ContinueStatementSyntax or YieldStatementSyntax => [(node.Span, ";")],
        _ => [],
    };

    /// <summary>The opposite of a condition whose own operators are not changed already.</summary>
    private static IEnumerable<(TextSpan Span, string Replacement)> Negated(ExpressionSyntax condition) =>
        condition is InvocationExpressionSyntax or IsPatternExpressionSyntax or MemberAccessExpressionSyntax or IdentifierNameSyntax
            ? [(condition.Span, $"!({condition})")]
            : [];

    private static bool LeftOut(SyntaxNode node) => node switch
    {
        AttributeListSyntax or ParameterSyntax => true,
        LocalDeclarationStatementSyntax local => local.IsConst,
        ObjectCreationExpressionSyntax { Parent: ThrowStatementSyntax or ThrowExpressionSyntax } => true,
        ExpressionStatementSyntax { Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call } } =>
            call.ToString() is "ArgumentNullException.ThrowIfNull" or "ArgumentException.ThrowIfNullOrEmpty",
        _ => false,
    };

    private static bool IsProse(ExpressionSyntax text) => text.DescendantTokens().Any(
        token => token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken && token.ValueText.Contains(' ', StringComparison.Ordinal));
}

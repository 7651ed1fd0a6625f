using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Canary.Benchmarks.Mutants;

/// <summary>The body of a method, constructor, operator or accessor: what can be switched while the program runs.</summary>
/// <param name="Node">The block, or the expression after the arrow.</param>
/// <param name="Span">The block, or all from the arrow to the semicolon.</param>
/// <param name="Form">How the body is written.</param>
internal sealed record MemberBody(SyntaxNode Node, TextSpan Span, BodyForm Form)
{
    /// <summary>Finds all bodies that can be switched. Static constructors cannot: they run once.</summary>
    public static IEnumerable<MemberBody> All(SyntaxNode root) => root.DescendantNodes().Select(Of).OfType<MemberBody>();

    /// <summary>Writes the body so that a switch chooses between variants of it.</summary>
    /// <param name="variants">The condition and the text of each variant; the last one is chosen when no condition holds.</param>
    public string Switched(IEnumerable<(string? Condition, string Text)> variants)
    {
        var choice = string.Concat(variants.Select(variant =>
            (variant.Condition is null ? " { " : $" if ({variant.Condition}) {{ ") + (Form is BodyForm.Value or BodyForm.Getter ? "return " : "") + variant.Text
                + (Form is BodyForm.Block ? " }" : "; }") + (variant.Condition is null ? "" : " else")));
        return Form is BodyForm.Getter ? $"{{ get {{{choice} }} }}" : $"{{{choice} }}";
    }

    private static MemberBody? Of(SyntaxNode node) => node switch
    {
        ConstructorDeclarationSyntax { Modifiers: var modifiers } when modifiers.Any(SyntaxKind.StaticKeyword) => null,
        BaseMethodDeclarationSyntax { Body: { } block } => new(block, block.Span, BodyForm.Block),
        AccessorDeclarationSyntax { Body: { } block } => new(block, block.Span, BodyForm.Block),
        MethodDeclarationSyntax { ExpressionBody: { } arrow } method =>
            Arrow(arrow, method.SemicolonToken, method.ReturnType is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword } ? BodyForm.Call : BodyForm.Value),
        OperatorDeclarationSyntax { ExpressionBody: { } arrow } method => Arrow(arrow, method.SemicolonToken, BodyForm.Value),
        ConversionOperatorDeclarationSyntax { ExpressionBody: { } arrow } method => Arrow(arrow, method.SemicolonToken, BodyForm.Value),
        BaseMethodDeclarationSyntax { ExpressionBody: { } arrow } method => Arrow(arrow, method.SemicolonToken, BodyForm.Call),
        AccessorDeclarationSyntax { ExpressionBody: { } arrow } accessor =>
            Arrow(arrow, accessor.SemicolonToken, accessor.IsKind(SyntaxKind.GetAccessorDeclaration) ? BodyForm.Value : BodyForm.Call),
        PropertyDeclarationSyntax { ExpressionBody: { } arrow } property => Arrow(arrow, property.SemicolonToken, BodyForm.Getter),
        IndexerDeclarationSyntax { ExpressionBody: { } arrow } indexer => Arrow(arrow, indexer.SemicolonToken, BodyForm.Getter),
        _ => null,
    };

    private static MemberBody? Arrow(ArrowExpressionClauseSyntax arrow, SyntaxToken end, BodyForm form) =>
        arrow.Expression is RefExpressionSyntax or ThrowExpressionSyntax ? null : new(arrow.Expression, TextSpan.FromBounds(arrow.SpanStart, end.Span.End), form);
}

/// <summary>How the body of a member is written.</summary>
internal enum BodyForm
{
    /// <summary>Statements in braces.</summary>
    Block,

    /// <summary>An expression whose value is returned.</summary>
    Value,

    /// <summary>An expression whose value, if any, is dropped.</summary>
    Call,

    /// <summary>An expression that stands for a whole property.</summary>
    Getter,
}

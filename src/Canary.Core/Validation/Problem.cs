namespace Canary.Core.Validation;

/// <summary>Something wrong in what a person wrote, with the place and the remedy.</summary>
/// <param name="Path">The field, for example <c>spec.strategy.canary.steps[2].setWeight</c>.</param>
/// <param name="Message">What was found, what was expected, what to write instead.</param>
public sealed record Problem(string Path, string Message)
{
    /// <summary>Shows path and message in one line.</summary>
    /// <returns>The line.</returns>
    public override string ToString() => $"{Path}: {Message}";
}

using Canary.Core;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Mapping;

/// <summary>What a manifest means, or everything that is wrong with it.</summary>
/// <typeparam name="T">What it means.</typeparam>
/// <param name="Value">The meaning; null when there are problems.</param>
/// <param name="Problems">Everything that is wrong; empty when nothing is.</param>
internal sealed record Mapped<T>(T? Value, ValueList<Problem> Problems)
    where T : class
{
    /// <summary>The value, unless there are problems.</summary>
    public static Mapped<T> Of(Func<T?> value, List<Problem> problems) => new(problems.Count == 0 ? value() : null, problems.ToValueList());
}

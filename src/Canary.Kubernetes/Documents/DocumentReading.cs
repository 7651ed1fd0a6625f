using Canary.Core;
using Canary.Core.Validation;
using Canary.Kubernetes.Mapping;

namespace Canary.Kubernetes.Documents;

/// <summary>What a manifest means, or everything that is wrong with it.</summary>
/// <typeparam name="T">What it means.</typeparam>
/// <param name="Value">The meaning; null when there are problems.</param>
/// <param name="Problems">Everything that is wrong; empty when nothing is.</param>
public sealed record DocumentReading<T>(T? Value, ValueList<Problem> Problems)
    where T : class
{
    internal static DocumentReading<T> Of(Mapped<T> mapped) => new(mapped.Value, mapped.Problems);

    internal static DocumentReading<T> Wrong(string path, string message) => new(null, [new Problem(path, message)]);
}

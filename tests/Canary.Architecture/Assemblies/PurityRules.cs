namespace Canary.Architecture.Assemblies;

/// <summary>What the rules of a rollout, and the numbers below them, must not touch: they are functions of their arguments.</summary>
internal static class PurityRules
{
    /// <summary>Namespaces with all below them: input and output, tasks and threads, hosts, randomness, other languages.</summary>
    private static readonly string[] Namespaces =
    [
        "System.IO", "System.Net", "System.Threading", "System.Timers", "System.Data", "System.Runtime.InteropServices.Marshalling",
        "System.Reflection.Emit", "Microsoft.Extensions", "Microsoft.Win32", "MathNet.Numerics.Random", "MathNet.Numerics.Providers",
    ];

    /// <summary>Types that tell the time, roll dice, or look at the process and its surroundings.</summary>
    private static readonly string[] Types =
    [
        "System.TimeProvider", "System.Random", "System.Environment", "System.Console", "System.AppContext", "System.AppDomain", "System.GC",
        "System.TimeZoneInfo", "System.Activator", "System.Diagnostics.Stopwatch", "System.Diagnostics.Process", "System.Diagnostics.Trace",
        "System.Diagnostics.Activity", "System.Diagnostics.ActivitySource", "System.Security.Cryptography.RandomNumberGenerator",
        "System.Runtime.InteropServices.Marshal", "System.Runtime.InteropServices.NativeLibrary",
    ];

    private static readonly string[] Members =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTime.ToLocalTime",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.DateTimeOffset.ToLocalTime", "System.DateTimeOffset.get_LocalDateTime",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.Globalization.CultureInfo.get_CurrentCulture",
        "System.Globalization.CultureInfo.get_CurrentUICulture",
    ];

    /// <summary>The compiler calls it in every iterator, to tell whether the enumerable may be its own enumerator.</summary>
    private const string IteratorsThread = "System.Environment.get_CurrentManagedThreadId";

    /// <summary>Collections and builders that change in place. Arrays are judged apart.</summary>
    private static readonly string[] MutableTypes =
    [
        "System.Collections.Generic.List`1", "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.HashSet`1",
        "System.Collections.Generic.Queue`1", "System.Collections.Generic.Stack`1", "System.Collections.Generic.SortedDictionary`2",
        "System.Collections.Generic.SortedSet`1", "System.Collections.Generic.PriorityQueue`2", "System.Collections.Generic.LinkedList`1",
        "System.Collections.Generic.OrderedDictionary`2", "System.Collections.Concurrent.", "System.Collections.BitArray", "System.Text.StringBuilder",
        "System.Runtime.CompilerServices.ConditionalWeakTable`2", "System.Lazy`1",
    ];

    public static IReadOnlyList<string> ForbiddenReferences(CompiledAssembly assembly) =>
        [.. assembly.ForeignMembers.Where(member => IsForbidden(assembly, member)).Select(member => member.ToString())
            .Concat(assembly.ForeignModules.Select(module => "native " + module)).Order(StringComparer.Ordinal)];

    /// <summary>Lists static fields that can change, or whose contents can. A private array that is never written to counts as a table of constants.</summary>
    public static IReadOnlyList<string> MutableState(CompiledAssembly assembly) =>
        [.. assembly.StaticFields.Where(IsMutable).Select(field => $"{field.Owner}.{field.Name}").Order(StringComparer.Ordinal)];

    private static bool IsForbidden(CompiledAssembly assembly, ForeignMember member)
    {
        var type = $"{member.Namespace}.{member.Type}";
        if (type == "System.Environment" && member.Member is null)
        {
            return assembly.ForeignMembers.All(other => other.ToString() != IteratorsThread);
        }

        return member.ToString() != IteratorsThread
            && (Array.Exists(Namespaces, space => member.Namespace == space || member.Namespace.StartsWith(space + ".", StringComparison.Ordinal))
                || Types.Contains(type)
                || Members.Contains(member.ToString()));
    }

    private static bool IsMutable(StaticField field) =>
        !field.IsReadOnly
        || (field.FieldType.EndsWith(']') && !field.IsPrivate)
        || Array.Exists(MutableTypes, type => field.FieldType.StartsWith(type, StringComparison.Ordinal));
}

using System.Reflection;

namespace Canary.Architecture.Assemblies;

/// <summary>Checks abstract records: all their cases are nested and sealed, and nobody else can add one.</summary>
internal static class ClosedHierarchies
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public static IReadOnlyList<Type> In(Assembly assembly) =>
        [.. assembly.GetTypes().Where(IsAbstractRecord)];

    /// <summary>Says in one sentence each what keeps a hierarchy from being closed.</summary>
    public static IReadOnlyList<string> Problems(Type hierarchy)
    {
        var found = new List<string>();
        if (hierarchy.GetConstructors(Any).Where(constructor => !IsCopy(constructor, hierarchy)).Any(constructor => !constructor.IsPrivate))
        {
            found.Add($"{hierarchy.Name} has a constructor that is not private");
        }

        var cases = hierarchy.Assembly.GetTypes().Where(type => type.BaseType is { } above && Definition(above) == hierarchy).ToList();
        if (cases.Count == 0)
        {
            found.Add($"{hierarchy.Name} has no case");
        }

        found.AddRange(cases.Where(type => type.DeclaringType != hierarchy).Select(type => $"{type.Name} is not nested in {hierarchy.Name}"));
        found.AddRange(cases.Where(type => !type.IsSealed).Select(type => $"{hierarchy.Name}.{type.Name} is not sealed"));
        return found;
    }

    private static bool IsAbstractRecord(Type type) => type.IsAbstract && type.IsClass && type.GetMethod("<Clone>$", Any) is not null;

    private static bool IsCopy(ConstructorInfo constructor, Type hierarchy) =>
        constructor.GetParameters() is [{ ParameterType: var parameter }] && Definition(parameter) == hierarchy;

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}

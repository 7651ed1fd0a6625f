using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Canary.Architecture.Assemblies;

/// <summary>A member of another assembly that the code names: a type when <paramref name="Member"/> is null.</summary>
internal sealed record ForeignMember(string Namespace, string Type, string? Member)
{
    public override string ToString() => $"{Namespace}.{Type}{(Member is null ? "" : "." + Member)}";
}

/// <summary>A static field that the code declares, compiler's own types left out.</summary>
/// <param name="Owner">Full name of the declaring type.</param>
/// <param name="Name">The field's name.</param>
/// <param name="FieldType">Its type, as <see cref="TypeNames"/> writes it.</param>
/// <param name="IsReadOnly">Whether it is set once, by the type's initializer.</param>
/// <param name="IsPrivate">Whether only its own type sees it.</param>
internal sealed record StaticField(string Owner, string Name, string FieldType, bool IsReadOnly, bool IsPrivate);

/// <summary>What a compiled assembly declares and names. Read from its metadata, so that nothing of it runs.</summary>
internal sealed class CompiledAssembly
{
    private CompiledAssembly(MetadataReader reader)
    {
        ForeignMembers = [.. Types(reader).Concat(Members(reader)).Distinct()];
        ForeignModules = [.. Enumerable.Range(1, reader.GetTableRowCount(TableIndex.ModuleRef))
            .Select(row => reader.GetString(reader.GetModuleReference(MetadataTokens.ModuleReferenceHandle(row)).Name))];
        var declared = reader.TypeDefinitions.Select(handle => (Handle: handle, Definition: reader.GetTypeDefinition(handle)))
            .Where(type => !IsOfCompiler(reader, type.Handle)).ToList();
        TypeNames = [.. declared.Select(type => reader.GetString(type.Definition.Name))];
        StaticFields = [.. declared.SelectMany(type => StaticFieldsOf(reader, type.Handle))];
    }

    /// <summary>Types and members of other assemblies, in code and in signatures.</summary>
    public IReadOnlyList<ForeignMember> ForeignMembers { get; }

    /// <summary>Native libraries that the code calls into.</summary>
    public IReadOnlyList<string> ForeignModules { get; }

    /// <summary>Names of the declared types, nested ones too, without namespaces.</summary>
    public IReadOnlyList<string> TypeNames { get; }

    public IReadOnlyList<StaticField> StaticFields { get; }

    public static CompiledAssembly Read(string name)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll")));
        return new(file.GetMetadataReader());
    }

    private static IEnumerable<ForeignMember> Types(MetadataReader reader) =>
        reader.TypeReferences.Select(handle => TypeOf(reader, handle));

    private static IEnumerable<ForeignMember> Members(MetadataReader reader)
    {
        foreach (var member in reader.MemberReferences.Select(reader.GetMemberReference))
        {
            var owner = OwnerOf(reader, member.Parent);
            if (owner is not null)
            {
                yield return owner with { Member = reader.GetString(member.Name) };
            }
        }
    }

    private static ForeignMember? OwnerOf(MetadataReader reader, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => TypeOf(reader, (TypeReferenceHandle)parent),
        HandleKind.TypeSpecification => GenericDefinition(reader, (TypeSpecificationHandle)parent),
        _ => null,
    };

    private static ForeignMember? GenericDefinition(MetadataReader reader, TypeSpecificationHandle handle)
    {
        var blob = reader.GetBlobReader(reader.GetTypeSpecification(handle).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        blob.ReadByte(); // class or value type
        var definition = blob.ReadTypeHandle();
        return definition.Kind == HandleKind.TypeReference ? TypeOf(reader, (TypeReferenceHandle)definition) : null;
    }

    private static ForeignMember TypeOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            var outer = TypeOf(reader, (TypeReferenceHandle)type.ResolutionScope);
            return outer with { Type = outer.Type + "+" + reader.GetString(type.Name) };
        }

        return new(reader.GetString(type.Namespace), reader.GetString(type.Name), null);
    }

    private static IEnumerable<StaticField> StaticFieldsOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var owner = Architecture.Assemblies.TypeNames.Instance.GetTypeFromDefinition(reader, handle, 0);
        foreach (var field in reader.GetTypeDefinition(handle).GetFields().Select(reader.GetFieldDefinition))
        {
            if (field.Attributes.HasFlag(FieldAttributes.Static) && !field.Attributes.HasFlag(FieldAttributes.Literal))
            {
                yield return new(
                    owner,
                    reader.GetString(field.Name),
                    field.DecodeSignature(Architecture.Assemblies.TypeNames.Instance, null),
                    field.Attributes.HasFlag(FieldAttributes.InitOnly),
                    (field.Attributes & FieldAttributes.FieldAccessMask) == FieldAttributes.Private);
            }
        }
    }

    /// <summary>Tells the types that the compiler adds, such as those of lambdas: their names hold what no C# name can.</summary>
    private static bool IsOfCompiler(MetadataReader reader, TypeDefinitionHandle handle)
    {
        for (var current = handle; !current.IsNil; current = reader.GetTypeDefinition(current).GetDeclaringType())
        {
            if (reader.GetString(reader.GetTypeDefinition(current).Name).Contains('<', StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Core.Commands;
using Canary.Core.Traffic;
using Canary.Core.Validation;
using Canary.Kubernetes.Mapping;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Commands;

/// <summary>Reads the command of a person from the annotation <c>canary.dev/command</c>: a verb, or JSON with <c>id, verb, revision, by, reason</c>. Pure.</summary>
internal static class CommandAnnotation
{
    private const string Field = $"f:{Names.CommandAnnotation}";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly string[] Verbs = [.. Enum.GetNames<CommandVerb>().Select(verb => verb.ToLowerInvariant())];

    /// <summary>Reads the annotation of a Rollout.</summary>
    /// <param name="rollout">The whole object.</param>
    /// <returns>The command, understood or not; null when there is none.</returns>
    public static Command? Read(JsonObject rollout)
    {
        if (rollout.Annotation(Names.CommandAnnotation) is not { } raw)
        {
            return null;
        }

        var command = Parse(raw);
        return command.By is null ? command with { By = Writer(rollout) } : command;
    }

    /// <summary>Reads a command's text.</summary>
    public static Command Parse(string raw)
    {
        var text = raw.Trim();
        var problems = new List<Problem>();
        var command = text.StartsWith('{') ? ParseJson(raw, text, problems) : new Command { Raw = raw, Verb = ParseVerb(text, problems) };
        return problems.Count == 0
            ? command
            : command with { Verb = null, Problem = string.Join("; ", problems.Select(problem => problem.Path.Length == 0 ? problem.Message : $"{problem.Path} {problem.Message}")) };
    }

    private static Command ParseJson(string raw, string text, List<Problem> problems)
    {
        JsonObject fields;
        try
        {
            fields = JsonNode.Parse(text, null, Strict)!.AsObject(); // it begins with a brace
        }
        catch (JsonException exception)
        {
            problems.Add(new Problem("", $"the command is no JSON ({exception.Message}); write a verb, such as abort, or {{\"verb\":\"abort\",\"id\":\"1\",\"by\":\"me\"}}"));
            return new Command { Raw = raw };
        }

        var section = new Section(fields, "", problems);
        var id = section.Text("id", new TextRule("an id is a text of up to 253 characters, new for every command"));
        var verb = section.Text("verb", new TextRule($"write one of {string.Join(", ", Verbs)}") { Required = true });
        var revision = section.Text("revision", new TextRule("a revision is the hash that status shows, at most 63 characters") { Most = 63 });
        var by = section.Text("by", new TextRule("it says who sends the command, at most 253 characters"));
        var reason = section.Text("reason", new TextRule("it says why, at most 1024 characters") { Most = 1024 });
        section.Close();
        return new Command
        {
            Raw = raw,
            Verb = verb is null ? null : ParseVerb(verb, problems),
            Id = id,
            Revision = revision is null ? null : new Revision(revision),
            By = by,
            Reason = reason,
        };
    }

    private static CommandVerb? ParseVerb(string text, List<Problem> problems)
    {
        var word = text.ToLowerInvariant();
        if (Verbs.Contains(word))
        {
            return Enum.Parse<CommandVerb>(word, ignoreCase: true);
        }

        problems.Add(new Problem("", text.Length == 0
            ? $"the command is empty; write one of {string.Join(", ", Verbs)}"
            : $"'{(text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 37), "..."))}' is no command; {Spelling.Remedy(word, Verbs)}"));
        return null;
    }

    /// <summary>The field manager that set the annotation last, as the API server recorded it; null when it did not.</summary>
    private static string? Writer(JsonObject rollout) => rollout.At("metadata", "managedFields").AsObjects()
        .Where(entry => entry.At("fieldsV1", "f:metadata", "f:annotations") is JsonObject annotations && annotations.ContainsKey(Field))
        .OrderByDescending(entry => entry.At("time").AsTime() ?? DateTimeOffset.MinValue)
        .Select(entry => entry.At("manager").AsText())
        .FirstOrDefault();
}

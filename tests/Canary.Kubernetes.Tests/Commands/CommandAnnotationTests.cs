using System.Text.Json.Nodes;
using Canary.Core.Commands;
using Canary.Core.Traffic;
using Canary.Kubernetes.Commands;
using Xunit;

namespace Canary.Kubernetes.Tests.Commands;

public sealed class CommandAnnotationTests
{
    [Theory]
    [InlineData("abort", CommandVerb.Abort)]
    [InlineData(" Promote\n", CommandVerb.Promote)]
    [InlineData("RESUME", CommandVerb.Resume)]
    [InlineData("pause", CommandVerb.Pause)]
    [InlineData("retry", CommandVerb.Retry)]
    [InlineData("rollback", CommandVerb.Rollback)]
    [InlineData("restart", CommandVerb.Restart)]
    public void Parse_BareVerb_IsUnderstood(string text, CommandVerb verb) => Assert.Equal(new Command { Raw = text, Verb = verb }, CommandAnnotation.Parse(text));

    [Fact]
    public void Parse_Json_HasAllItsFields()
    {
        const string Text = """{"id":"7","verb":"rollback","revision":"h1","by":"ann","reason":"errors"}""";

        Assert.Equal(
            new Command { Raw = Text, Verb = CommandVerb.Rollback, Id = "7", Revision = new Revision("h1"), By = "ann", Reason = "errors" },
            CommandAnnotation.Parse(Text));
    }

    [Theory]
    [InlineData("", "the command is empty; write one of promote, resume, pause, abort, retry, rollback, restart")]
    [InlineData("promot", "'promot' is no command; did you mean promote?")]
    [InlineData("rolback", "'rolback' is no command; did you mean rollback?")]
    [InlineData("frobnicate", "'frobnicate' is no command; write one of promote, resume, pause, abort, retry, rollback, restart")]
    [InlineData("2", "'2' is no command; write one of promote, resume, pause, abort, retry, rollback, restart")]
    [InlineData("""{"id":"7"}""", "verb is missing; write one of promote, resume, pause, abort, retry, rollback, restart")]
    [InlineData("""{"verb":"abort","reson":"x"}""", "reson is not a field here; did you mean reason?")]
    [InlineData("""{"verb":"abrot","id":7}""", "id is 7; an id is a text of up to 253 characters, new for every command (in quotes, \"7\", it is a text); 'abrot' is no command; did you mean abort?")]
    public void Parse_WrongCommand_SaysEverythingThatIsWrong(string text, string problem)
    {
        var command = CommandAnnotation.Parse(text);

        Assert.Null(command.Verb);
        Assert.Equal(problem, command.Problem);
        Assert.Equal(text, command.Raw);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"verb":"abort","verb":"promote"}""")]
    [InlineData("""{"verb":"abort"} {}""")]
    public void Parse_BrokenJson_IsAProblem(string text) => Assert.Contains("is no JSON", CommandAnnotation.Parse(text).Problem, StringComparison.Ordinal);

    [Fact]
    public void Read_BareVerb_IsByTheManagerThatSetTheAnnotationLast()
    {
        var rollout = JsonNode.Parse("""
            {"metadata":{"annotations":{"canary.dev/command":"abort"},"managedFields":[
              {"manager":"helm","time":"2026-11-23T10:00:00Z","fieldsV1":{"f:metadata":{"f:annotations":{"f:canary.dev/command":{}}}}},
              {"manager":"kubectl-annotate","time":"2026-11-23T12:00:00Z","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:canary.dev/command":{}}}}},
              {"manager":"canary","time":"2026-11-23T13:00:00Z","fieldsV1":{"f:status":{}}}]}}
            """)!.AsObject();

        Assert.Equal("kubectl-annotate", CommandAnnotation.Read(rollout)?.By);
    }

    [Fact]
    public void Read_NoAnnotation_IsNoCommand() => Assert.Null(CommandAnnotation.Read(JsonNode.Parse("""{"metadata":{"annotations":{"other":"abort"}}}""")!.AsObject()));
}

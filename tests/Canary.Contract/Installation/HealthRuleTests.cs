using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Architecture;
using Canary.Core.Rollouts;
using Canary.Testing;
using Xunit;

namespace Canary.Contract.Installation;

/// <summary>The health rules for Argo CD, run by Lua 5.1, whose dialect Argo CD speaks.</summary>
public sealed class HealthRuleTests
{
    private static readonly string[] States = ["Healthy", "Progressing", "Suspended", "Degraded", "Missing", "Unknown"];

    public static TheoryData<Phase> Phases => [.. Enum.GetValues<Phase>()];

    [Theory]
    [InlineData("""{"metadata":{"generation":2}}""", "Progressing", "has not looked")]
    [InlineData("""{"metadata":{"generation":2},"status":{}}""", "Progressing", "has not looked")]
    [InlineData("""{"metadata":{"generation":2},"status":{"phase":"Healthy","observedGeneration":2,"message":"fine"}}""", "Healthy", "fine")]
    [InlineData("""{"metadata":{"generation":3},"status":{"phase":"Healthy","observedGeneration":2,"message":"fine"}}""", "Progressing", "not seen")]
    [InlineData("""{"metadata":{"generation":3},"status":{"phase":"Degraded","observedGeneration":2,"message":"5 % of the requests fail"}}""", "Degraded", "5 %")]
    [InlineData("""{"metadata":{"generation":2},"status":{"phase":"Progressing","message":"at 25 %"}}""", "Progressing", "at 25 %")]
    [InlineData("""{"metadata":{"generation":2},"status":{"phase":"Promoting"}}""", "Progressing", "")]
    [InlineData("""{"metadata":{"generation":2},"status":{"phase":"RollingBack"}}""", "Progressing", "")]
    [InlineData("""{"metadata":{"generation":2},"status":{"phase":"Paused","message":"a person"}}""", "Suspended", "a person")]
    [InlineData("""{"metadata":{"generation":2},"status":{"phase":"Invalid","message":"spec.service"}}""", "Degraded", "spec.service")]
    [InlineData("""{"metadata":{"generation":2},"status":{"phase":"Dreaming"}}""", "Unknown", "")]
    public async Task Rollout_InAState_HasHealth(string rollout, string expected, string message)
    {
        var (state, said) = await JudgeAsync("argocd-health-rollout.lua", rollout);

        Assert.Equal(expected, state);
        Assert.Contains(message, said, StringComparison.Ordinal);
    }

    /// <summary>A phase that comes later must not be forgotten here.</summary>
    [Theory]
    [MemberData(nameof(Phases))]
    public async Task Rollout_EachPhase_IsKnown(Phase phase)
    {
        var (state, _) = await JudgeAsync("argocd-health-rollout.lua", $$$"""{"metadata":{"generation":1},"status":{"phase":"{{{phase}}}","observedGeneration":1}}""");

        Assert.Contains(state, States);
        Assert.NotEqual("Unknown", state);
    }

    [Theory]
    [InlineData("""{"spec":{"paused":true,"replicas":3},"status":{"observedGeneration":1,"availableReplicas":3,"replicas":3,"updatedReplicas":0}}""", "Healthy")]
    [InlineData("""{"spec":{"paused":true,"replicas":3},"status":{"observedGeneration":1,"availableReplicas":2,"replicas":3}}""", "Progressing")]
    [InlineData("""{"spec":{"paused":true,"replicas":0},"status":{"observedGeneration":1}}""", "Healthy")]
    [InlineData("""{"spec":{"paused":true,"replicas":3},"status":{"observedGeneration":0,"availableReplicas":3}}""", "Progressing")]
    [InlineData("""{"spec":{"replicas":3},"status":{"observedGeneration":1,"availableReplicas":3,"replicas":3,"updatedReplicas":3}}""", "Healthy")]
    [InlineData("""{"spec":{"replicas":3},"status":{"observedGeneration":1,"availableReplicas":3,"replicas":4,"updatedReplicas":3}}""", "Progressing")]
    [InlineData("""{"spec":{"replicas":3},"status":{"observedGeneration":1,"availableReplicas":3,"replicas":3,"updatedReplicas":2}}""", "Progressing")]
    [InlineData("""{"spec":{"replicas":3},"status":{"observedGeneration":1,"availableReplicas":2,"replicas":3,"updatedReplicas":3}}""", "Progressing")]
    [InlineData("""{"spec":{"replicas":3},"status":{"observedGeneration":1,"conditions":[{"type":"Available","status":"True"},{"type":"Progressing","reason":"ProgressDeadlineExceeded"}]}}""", "Degraded")]
    public async Task Deployment_InAState_HasHealth(string deployment, string expected)
    {
        var manifest = JsonNode.Parse(deployment)!.AsObject();
        manifest["metadata"] = new JsonObject { ["name"] = "checkout", ["generation"] = 1 };

        Assert.Equal(expected, (await JudgeAsync("argocd-health-deployment.lua", manifest.ToJsonString())).State);
    }

    private static async Task<(string State, string Message)> JudgeAsync(string file, string manifest)
    {
        Assert.SkipWhen(TestTools.WhyAbsent is not null, TestTools.WhyAbsent ?? "");
        var script = $"obj = {Lua(JsonNode.Parse(manifest))}\nlocal hs = (function()\n{Repository.Read($"deploy/gitops/{file}")}\nend)()\nio.write(hs.status, '\\n', hs.message)";

        var (code, output, errors) = await TestTools.RunAsync("lua5.1", ["-e", script], TestContext.Current.CancellationToken);

        Assert.True(code == 0, errors);
        return (output.Split('\n')[0], output[(output.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
    }

    private static string Lua(JsonNode? node) => node switch
    {
        null => "nil",
        JsonObject map => $"{{{string.Join(", ", map.Select(field => $"[\"{field.Key}\"] = {Lua(field.Value)}"))}}}",
        JsonArray list => $"{{{string.Join(", ", list.Select(Lua))}}}",
        JsonValue value when value.TryGetValue<string>(out var text) => $"\"{text}\"",
        _ => node.ToJsonString().ToLower(CultureInfo.InvariantCulture),
    };
}

namespace Canary.Benchmarks.Scale;

/// <summary>What the Rollouts of these benchmarks have in their specs, in YAML's flow style.</summary>
internal static class Plans
{
    /// <summary>Half of the requests for two hours, analysed each 10 s: rollouts that stay in progress.</summary>
    public const string Long = """
        strategy: {canary: {steps: [{setWeight: 50}, {analyze: {atLeast: 1h, atMost: 2h}}]}},
        analysis: {interval: 10s, warmUp: 10s, templates: [{name: golden-signals, clusterScope: true}]}
        """;

    /// <summary>Two weights and three analyses within a minute: rollouts that come and go.</summary>
    public const string Short = """
        strategy: {canary: {steps: [{setWeight: 20}, {analyze: {atLeast: 4s, atMost: 20s}}, {setWeight: 60}, {pause: {duration: 2s}}, {setWeight: 100}, {analyze: {atLeast: 4s, atMost: 20s}}]}},
        analysis: {interval: 2s, warmUp: 2s, templates: [{name: golden-signals, clusterScope: true}], args: [{name: accept-difference, value: "0.3"}]},
        scaleDownDelay: 2s
        """;
}

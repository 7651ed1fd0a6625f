using System.Globalization;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Scale;

/// <summary>Tells which requests a rollout makes, and why.</summary>
internal static class RequestsReport
{
    private static readonly Dictionary<(string Verb, string Resource), string> Reasons = new()
    {
        [("update", "rollouts/status")] = "each decision is stored before anything is done; each round's verdict is told",
        [("update", "analysisruns/status")] = "the evidence, once a round; the end",
        [("create", "analysisruns")] = "once",
        [("get", "analysisruns")] = "before its end is written beside the last evidence",
        [("create", "replicasets")] = "the candidate, once",
        [("get", "replicasets")] = "read afresh before each change of it",
        [("patch", "replicasets")] = "size; owner at the hand-over",
        [("delete", "replicasets")] = "the refused candidate, once it has no pods",
        [("get", "deployments")] = "read afresh before each change of it, or of what is its own",
        [("patch", "deployments")] = "pause, surge during the hand-over",
        [("patch", "virtualservices")] = "each weight, once",
        [("get", "virtualservices")] = "again after a lost race",
        [("patch", "destinationrules")] = "subsets at the start and at the end",
        [("get", "destinationrules")] = "again after a lost race",
        [("patch", "rollouts")] = "the order is taken off once it is carried out",
        [("get", "rollouts")] = "again after a lost race",
        [("create", "events")] = "what people are told",
        [("patch", "events")] = "the same told again, counted",
    };

    /// <summary>Kinds of requests for which nobody has given a reason.</summary>
    public static IReadOnlyList<string> WithoutReason(IEnumerable<RequestStory> stories) =>
        [.. stories.SelectMany(story => story.Counts.Keys).Distinct().Where(kind => !Reasons.ContainsKey(kind)).Select(kind => $"{kind.Verb} {kind.Resource}")];

    public static string Write(IReadOnlyList<RequestStory> stories)
    {
        var table = new Table(["request", .. stories.Select(story => story.What), "why"]);
        foreach (var kind in stories.SelectMany(story => story.Counts.Keys).Distinct().OrderByDescending(kind => stories.Sum(story => story.Counts.GetValueOrDefault(kind))))
        {
            table.Add([$"{kind.Verb} `{kind.Resource}`", .. stories.Select(story => Count(story.Counts.GetValueOrDefault(kind))), Reasons.GetValueOrDefault(kind, "**no reason known**")]);
        }

        table.Add(["all", .. stories.Select(story => Count(story.Counts.Values.Sum())), ""]);
        var repeated = stories.SelectMany(story => story.Repeated.Select(one => $"- {story.What}: `{one}`")).ToList();
        return $"""
            What the engine, the controller as delivered, asked of the API server for one rollout of each kind, as the server's own log has it (the sandbox's); watches are left
            out, they belong to no Rollout. The plan has three weights, two analyses and a pause; the interval is 2 s, so each second of analysis costs a request.

            {table}
            {(repeated.Count == 0
                ? "**No request was repeated without cause**: none read an object again of which nothing had been made since, and none wrote to an object what the one before had written."
                : $"Repeated without cause: reads of an object of which nothing had been made since it was read before, and writes of what had been written before:\n\n{string.Join('\n', repeated)}")}
            """;
    }

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}

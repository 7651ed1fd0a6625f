using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads how a candidate is judged: <c>spec.analysis</c> of a Rollout, <c>spec.settings</c> of an AnalysisRun. Pure.</summary>
internal static class AnalysisMapping
{
    /// <summary>Reads the section.</summary>
    /// <param name="analysis">The section; null when it is absent.</param>
    /// <returns>The settings; only meaningful when there are no problems.</returns>
    public static AnalysisSpec Read(Section? analysis)
    {
        var defaults = new AnalysisSpec();
        if (analysis is null)
        {
            return defaults;
        }

        var hold = defaults.NoDataHold;
        var afterwards = defaults.AfterNoData;
        if (analysis.Child("onNoData") is { } noData)
        {
            hold = noData.Duration("hold", hold);
            afterwards = noData.Choice("then", afterwards);
            noData.Close();
        }

        var spec = new AnalysisSpec
        {
            Interval = analysis.Duration("interval", defaults.Interval, "there must be some time between two readings; write 5s"),
            WarmUp = analysis.Duration("warmUp", defaults.WarmUp),
            Templates = ReadTemplates(analysis),
            Arguments = ReadArguments(analysis),
            FalseRollback = analysis.Positive("falseRollback", 0.5, "it is a ratio above 0, at most 0.5: falseRollback: 0.01") ?? defaults.FalseRollback,
            MissedRegression = analysis.Positive("missedRegression", 0.5, "it is a ratio above 0, at most 0.5: missedRegression: 0.05") ?? defaults.MissedRegression,
            OnInconclusive = analysis.Choice("onInconclusive", defaults.OnInconclusive),
            NoDataHold = hold,
            AfterNoData = afterwards,
            Baseline = analysis.Choice("baseline", defaults.Baseline),
            BaselineReplicas = analysis.Integer("baselineReplicas", 1, 1000, "it is a whole number from 1 to 1000: baselineReplicas: 2; or leave it out"),
            History = analysis.Integer("history", 1, 100, "it is a whole number from 1 to 100: history: 10") ?? defaults.History,
        };
        analysis.Close();
        return spec;
    }

    private static ValueList<TemplateReference> ReadTemplates(Section analysis)
    {
        var references = new List<TemplateReference>();
        foreach (var entry in analysis.Sections("templates", 0, 16, "names of templates: [{name: golden-signals, clusterScope: true}]"))
        {
            var name = entry.Text("name", new TextRule("it is the name of an AnalysisTemplate: name: golden-signals") { Required = true });
            var clusterScope = entry.Flag("clusterScope", false);
            entry.Close();
            if (name is null)
            {
                continue;
            }

            var reference = new TemplateReference(name, clusterScope);
            if (references.Contains(reference))
            {
                entry.Note("name", $"is \"{name}\", which is listed before; a template is used once: leave this entry out");
            }

            references.Add(reference);
        }

        return references.ToValueList();
    }

    private static ValueList<TemplateArgument> ReadArguments(Section analysis)
    {
        var arguments = new List<TemplateArgument>();
        foreach (var entry in analysis.Sections("args", 0, 64, "values for arguments: [{name: latency-margin, value: \"1.10\"}]"))
        {
            var name = entry.Text("name", ArgumentName);
            var value = entry.Text("value", new TextRule("it is the argument's value, numbers too as a text: value: \"1.10\"") { Required = true, Least = 0, Most = 1024 });
            entry.Close();
            if (name is null || value is null)
            {
                continue;
            }

            if (arguments.Exists(argument => argument.Name == name))
            {
                entry.Note("name", $"is \"{name}\", which has a value before; leave one of them out");
            }

            arguments.Add(new TemplateArgument(name, value));
        }

        return arguments.ToValueList();
    }

    /// <summary>The name of an argument, where it is declared and where it is given.</summary>
    public static TextRule ArgumentName { get; } = new("an argument's name has lower-case letters, digits and dashes, and begins with a letter: name: latency-margin")
    {
        Required = true,
        Most = 63,
        Pattern = Patterns.Name(),
    };
}

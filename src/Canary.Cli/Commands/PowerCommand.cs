using System.CommandLine;
using Canary.Cli.Files;
using Canary.Cli.Output;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Commands;

/// <summary><c>canary power</c>: what a plan will be able to see.</summary>
internal static class PowerCommand
{
    public static Command Create(Terminal terminal)
    {
        var rate = new Option<double>("--rps") { Description = "Requests per second of both revisions together", Required = true, HelpName = "RATE" };
        var errors = new Option<double?>("--error-ratio") { Description = "The stable revision's ratio of failed requests: 0.005 is 0.5 %", HelpName = "RATIO" };
        var plan = new Option<string>("--plan") { Description = $"The weights with the time of each step ({PlanText.Rule})", HelpName = "PLAN", DefaultValueFactory = _ => "5:10m,25:10m,50:10m,100:10m" };
        var regression = new Option<double>("--regression") { Description = "What must be seen: so many times the errors", HelpName = "TIMES", DefaultValueFactory = _ => 2 };
        var histogram = new Option<FileInfo?>("--latency-histogram") { Description = "The stable revision's histogram: lines le,count (milliseconds, cumulative, +Inf last), or {\"bounds\": […], \"counts\": […]}", HelpName = "FILE" };
        var dispersion = new Option<double>("--dispersion") { Description = "How many requests fail together", HelpName = "COUNT", DefaultValueFactory = _ => 1 };
        var bad = new Option<double?>("--bad-requests") { Description = "Most bad requests that a better plan may cost, whatever the regression, until it is seen; what the plan itself costs by default", HelpName = "COUNT" };
        var settings = SharedOptions.Settings();
        var output = SharedOptions.Output();
        var command = new Command(
            "power",
            "Says before a rollout how long each step of a plan needs to see a regression, the smallest that it can see, and when a good version is accepted. "
            + "Exit codes: 0 the plan sees the regression in 80 % of all rollouts or more, 1 it does not, 2 wrong call or file.")
        {
            rate, errors, plan, regression, histogram, dispersion, bad, settings, output,
        };
        command.SetAction(parsed =>
        {
            var question = Question(
                parsed.GetValue(rate),
                parsed.GetValue(errors),
                PlanText.Parse(parsed.GetRequiredValue(plan)),
                parsed.GetValue(regression),
                parsed.GetValue(histogram) is { } file ? HistogramFile.Read(file.FullName) : null,
                parsed.GetRequiredValue(settings)) with
            {
                Dispersion = Good("--dispersion", parsed.GetValue(dispersion), value => value is >= 1 and <= 1e6, "1 or more"),
                MostBadRequests = parsed.GetValue(bad) is { } most ? Good("--bad-requests", most, value => value >= 0, "0 or more") : null,
            };
            var answer = PowerPlan.Answer(question);
            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                terminal.Out.WriteLine(PowerJson.Write(question, answer));
            }
            else
            {
                PowerText.Write(terminal.Out, question, answer);
            }

            return question.ErrorRatio is null || answer.Sees ? ExitCode.Pass : ExitCode.Fail;
        });
        return command;
    }

    private static PowerQuestion Question(
        double rate, double? errorRatio, ValueList<PlannedWeight> plan, double regression, (ValueList<double> Bounds, ValueList<double> Counts)? histogram, string[] settings)
    {
        if (errorRatio is null && histogram is null)
        {
            throw new UsageException("--error-ratio 0.005 or --latency-histogram FILE is needed: what does the stable revision do?");
        }

        var (metrics, spec) = SettingChanges.Apply([InferredMetrics.ErrorRate("errors")], new AnalysisSpec(), settings);
        return new PowerQuestion
        {
            RequestsPerSecond = Good("--rps", rate, value => value is > 0 and <= 1e9, "above 0"),
            ErrorRatio = errorRatio is { } ratio ? Good("--error-ratio", ratio, value => value is > 0 and < 1, "a ratio above 0 and below 1; 0.005 is 0.5 %") : null,
            LatencyBounds = histogram?.Bounds ?? [],
            LatencyCounts = histogram?.Counts ?? [],
            Steps = plan,
            Regression = Good("--regression", regression, value => value is > 1 and <= 1e6, "above 1: 2 is twice the errors"),
            Margins = ((MetricSpec.ErrorRate)metrics[0]).Margins,
            FalseRollback = spec.FalseRollback,
            MissedRegression = spec.MissedRegression,
        };
    }

    private static double Good(string option, double value, Func<double, bool> isGood, string rule) =>
        isGood(value) ? value : throw new UsageException(FormattableString.Invariant($"{option} is {value}; it is {rule}"));
}

using Canary.Core.Analysis;

namespace Canary.Cli.Files;

/// <summary>Arms as files have them.</summary>
internal static class Arms
{
    public const string Rule = "an arm is stable, candidate or baseline";

    public static ArmName? Parse(string text) => text switch
    {
        "stable" => ArmName.Stable,
        "candidate" => ArmName.Candidate,
        "baseline" => ArmName.Baseline,
        _ => null,
    };

    public static string Write(ArmName arm) => arm switch
    {
        ArmName.Candidate => "candidate",
        ArmName.Baseline => "baseline",
        _ => "stable",
    };
}

namespace Canary.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>The candidate is accepted; or the command did what it was asked.</summary>
    public const int Pass = 0;

    /// <summary>The candidate is to be rolled back; or the plan cannot see the regression.</summary>
    public const int Fail = 1;

    /// <summary>The command was called wrongly, or a file or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>There is no proof either way, or nothing could be measured.</summary>
    public const int Inconclusive = 3;

    /// <summary>What every command's help says.</summary>
    public const string Help = "Exit codes: 0 pass, 1 fail, 2 wrong call or file, 3 no proof either way or nothing measured.";
}

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

    /// <summary>On call: the cluster could not be read or written, or a command was refused.</summary>
    public const int Error = 1;

    /// <summary>On call: the candidate was taken back, or is being so.</summary>
    public const int Degraded = 3;

    /// <summary>On call: it did not happen in the time that was given; a command that was sent still waits on the Rollout.</summary>
    public const int TimedOut = 4;

    /// <summary>On call: there is no such Rollout.</summary>
    public const int NotFound = 5;

    /// <summary>On call: the rollout waits for a person.</summary>
    public const int WaitsForPerson = 6;

    /// <summary>A person pressed Ctrl+C, as shells count it.</summary>
    public const int Interrupted = 130;

    /// <summary>What the help of on-call commands says.</summary>
    public const string OnCallHelp = "Exit codes: 0 done or healthy, 1 error or refused, 2 wrong call, 3 degraded or taken back, 4 time ran out, 5 not found, 6 waits for a person.";

    /// <summary>What every command's help says.</summary>
    public const string Help = "Exit codes: 0 pass, 1 fail, 2 wrong call or file, 3 no proof either way or nothing measured.";
}

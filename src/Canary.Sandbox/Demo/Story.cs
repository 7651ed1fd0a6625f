namespace Canary.Sandbox.Demo;

/// <summary>One version of the demonstration and the ending that it must have.</summary>
/// <param name="Tag">The image's tag.</param>
/// <param name="About">What is wrong with it, for people.</param>
/// <param name="Ends">How it must end.</param>
/// <param name="AtMost">How long it may take.</param>
internal sealed record Story(string Tag, string About, Ending Ends, TimeSpan AtMost)
{
    /// <summary>The four versions that follow v1.</summary>
    public static IReadOnlyList<Story> All { get; } =
    [
        new("v2", "as good as v1", Ending.Promoted, TimeSpan.FromMinutes(4)),
        new("v3-errors", "answers 5 % of the requests with an error", Ending.RolledBack, TimeSpan.FromMinutes(1)),
        new("v4-slow", "its slow requests are twice as slow", Ending.RolledBack, TimeSpan.FromMinutes(2)),
        new("v5-crash", "crashes at its start", Ending.NeverServed, TimeSpan.FromMinutes(1)),
    ];
}

/// <summary>How a version ends.</summary>
internal enum Ending
{
    /// <summary>It became stable, on proof.</summary>
    Promoted,

    /// <summary>It was taken back.</summary>
    RolledBack,

    /// <summary>It failed with its pods' own reason and never got a request.</summary>
    NeverServed,
}

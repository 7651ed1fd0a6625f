namespace Canary.Sandbox.Demo;

/// <summary>Shows the demonstration: drawn live in a terminal, as plain lines in a log.</summary>
internal interface IDemoView
{
    /// <summary>A heading.</summary>
    void Title(string text);

    /// <summary>Something that happened, with the time since the start.</summary>
    void Event(TimeSpan at, string text, Mood mood = Mood.Plain);

    /// <summary>Where the rollout stands now; drawn over the last one in a terminal.</summary>
    void Progress(TimeSpan at, RolloutGlance glance, string traffic);

    /// <summary>Ends what is drawn live.</summary>
    void Settle();
}

/// <summary>How an event is to be taken.</summary>
internal enum Mood
{
    Plain,
    Good,
    Bad,
}

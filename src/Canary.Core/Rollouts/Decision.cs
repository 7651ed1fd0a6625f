namespace Canary.Core.Rollouts;

/// <summary>What one pass decides.</summary>
/// <param name="Status">What to remember before anything is done.</param>
/// <param name="Effects">What is still undone, in the order in which it is to be done.</param>
/// <param name="Announcements">What to tell people.</param>
/// <param name="LookAgainAt">When something becomes due by time alone; null when only a change can matter.</param>
/// <param name="Reason">One sentence.</param>
public sealed record Decision(RolloutStatus Status, ValueList<Effect> Effects, ValueList<Announcement> Announcements, DateTimeOffset? LookAgainAt, string Reason);

/// <summary>A message for people.</summary>
/// <param name="Reason">One CamelCase word, as Events have them.</param>
/// <param name="Message">One sentence with numbers.</param>
/// <param name="Warning">Whether a person should look.</param>
public sealed record Announcement(string Reason, string Message, bool Warning = false);

namespace Canary.Core.Notifications;

/// <summary>What became of telling one notification to one receiver.</summary>
/// <param name="Number">The notification.</param>
/// <param name="Receiver">The receiver.</param>
/// <param name="Refusal">Why the receiver never takes it; null when it was told.</param>
/// <param name="Handle">What the receiver calls the message, to update it later; null when it has no such thing.</param>
public sealed record Delivery(long Number, string Receiver, string? Refusal = null, string? Handle = null);

/// <summary>A message that a receiver can update.</summary>
/// <param name="Receiver">The receiver.</param>
/// <param name="Attempt">The rollout that it is about.</param>
/// <param name="Handle">What the receiver calls it.</param>
public sealed record SentMessage(string Receiver, int Attempt, string Handle);

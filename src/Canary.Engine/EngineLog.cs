using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Microsoft.Extensions.Logging;

namespace Canary.Engine;

/// <summary>What the engine tells in its log; ids 100 to 149.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "Decided {Rollout} {Phase}: {Reason} in {Elapsed}")]
    public static partial void Decided(this ILogger logger, RolloutKey rollout, Phase phase, string reason, TimeSpan elapsed);

    [LoggerMessage(EventId = 101, Level = LogLevel.Debug, Message = "Left {Rollout} {Phase} as it was: {Reason} in {Elapsed}")]
    public static partial void LeftAlone(this ILogger logger, RolloutKey rollout, Phase phase, string reason, TimeSpan elapsed);

    [LoggerMessage(EventId = 102, Level = LogLevel.Error, Message = "Pass over {Rollout} broke; tried again in {Delay}")]
    public static partial void PassBroke(this ILogger logger, Exception failure, RolloutKey rollout, TimeSpan delay);

    [LoggerMessage(EventId = 103, Level = LogLevel.Debug, Message = "Lost the race for {Rollout} as of version {Version}; touched nothing")]
    public static partial void LostRace(this ILogger logger, RolloutKey rollout, string version);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "Status of {Rollout} was not stored; only exposure was lowered")]
    public static partial void StatusNotStored(this ILogger logger, Exception? failure, RolloutKey rollout);

    [LoggerMessage(EventId = 105, Level = LogLevel.Warning, Message = "{Rollout} changed in {Passes} passes within a second; slowed down until it settles")]
    public static partial void RanHot(this ILogger logger, RolloutKey rollout, int passes);

    [LoggerMessage(EventId = 106, Level = LogLevel.Error, Message = "Analysis of {Rollout} broke; the weight is held")]
    public static partial void JudgeBroke(this ILogger logger, Exception failure, RolloutKey rollout);

    [LoggerMessage(EventId = 107, Level = LogLevel.Warning, Message = "Alarm of {Rollout} was not set")]
    public static partial void AlarmNotSet(this ILogger logger, Exception failure, RolloutKey rollout);

    [LoggerMessage(EventId = 110, Level = LogLevel.Debug, Message = "Applied {Effect} to {Rollout}")]
    public static partial void EffectDone(this ILogger logger, RolloutKey rollout, Effect effect);

    [LoggerMessage(EventId = 111, Level = LogLevel.Warning, Message = "Effect {Effect} on {Rollout} failed: {Reason}")]
    public static partial void EffectFailed(this ILogger logger, RolloutKey rollout, Effect effect, string reason);

    [LoggerMessage(EventId = 112, Level = LogLevel.Warning, Message = "Effect {Effect} on {Rollout} took longer than {Timeout}")]
    public static partial void EffectTimedOut(this ILogger logger, RolloutKey rollout, Effect effect, TimeSpan timeout);

    [LoggerMessage(EventId = 113, Level = LogLevel.Error, Message = "Effect {Effect} on {Rollout} broke")]
    public static partial void EffectBroke(this ILogger logger, Exception failure, RolloutKey rollout, Effect effect);

    [LoggerMessage(EventId = 120, Level = LogLevel.Debug, Message = "Evidence of {AnalysisRun} of {Rollout} was not stored: {Result}")]
    public static partial void EvidenceNotStored(this ILogger logger, RolloutKey rollout, string analysisRun, StoreResult result);

    [LoggerMessage(EventId = 121, Level = LogLevel.Warning, Message = "Evidence of {AnalysisRun} of {Rollout} was not stored")]
    public static partial void EvidenceBroke(this ILogger logger, Exception failure, RolloutKey rollout, string analysisRun);

    [LoggerMessage(EventId = 122, Level = LogLevel.Warning, Message = "Measurement of {Rollout} failed: {Reason}")]
    public static partial void RoundFailed(this ILogger logger, Exception? failure, RolloutKey rollout, string reason);

    [LoggerMessage(EventId = 130, Level = LogLevel.Warning, Message = "Announcement {Announcement} of {Rollout} was not told")]
    public static partial void NotAnnounced(this ILogger logger, Exception failure, RolloutKey rollout, string announcement);

    [LoggerMessage(EventId = 131, Level = LogLevel.Warning, Message = "Announcement {Announcement} of {Rollout} was dropped: too many wait")]
    public static partial void AnnouncementDropped(this ILogger logger, RolloutKey rollout, string announcement);

    [LoggerMessage(EventId = 132, Level = LogLevel.Warning, Message = "Notification {Number} of {Rollout} did not reach {Receiver}: {Reason}; again in {Delay}")]
    public static partial void NotNotified(this ILogger logger, RolloutKey rollout, string receiver, long number, string reason, TimeSpan delay);

    [LoggerMessage(EventId = 133, Level = LogLevel.Warning, Message = "Notification {Number} of {Rollout} was refused by {Receiver}: {Reason}")]
    public static partial void NotificationRefused(this ILogger logger, RolloutKey rollout, string receiver, long number, string reason);

    [LoggerMessage(EventId = 140, Level = LogLevel.Information, Message = "Engine started with {Workers} workers")]
    public static partial void Started(this ILogger logger, int workers);

    [LoggerMessage(EventId = 141, Level = LogLevel.Information, Message = "Leadership changed: led {Led} rollouts, gave up {Left}")]
    public static partial void LeadershipChanged(this ILogger logger, int led, int left);

    [LoggerMessage(EventId = 142, Level = LogLevel.Information, Message = "Engine stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(EventId = 143, Level = LogLevel.Warning, Message = "Passes went on after {Timeout} and were cancelled")]
    public static partial void StoppedHard(this ILogger logger, TimeSpan timeout);

    [LoggerMessage(EventId = 144, Level = LogLevel.Error, Message = "Rollouts could not be listed")]
    public static partial void NotListed(this ILogger logger, Exception failure);
}

using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;

namespace Canary.Engine;

/// <summary>The two pure functions that the engine calls: what the evidence says, and what to do.</summary>
/// <param name="Decide">The rules of a rollout.</param>
/// <param name="Judge">The rules of an analysis.</param>
internal sealed record EngineRules(Func<Observation, Decision> Decide, Judging Judge);

/// <summary>Takes a round into the evidence of the snapshot's analysis and says what all of it means.</summary>
/// <param name="snapshot">A snapshot whose <see cref="Snapshot.Analysis"/> is there.</param>
/// <param name="measurement">The round; null when none is due, and the evidence stays as it is.</param>
/// <param name="at">The time of the pass, in UTC.</param>
/// <returns>The evidence after the round, and the verdict.</returns>
internal delegate (AnalysisState State, Verdict Verdict) Judging(Snapshot snapshot, Measurement? measurement, DateTimeOffset at);

using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Notifications;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Core.Validation;
using CsCheck;

namespace Canary.Kubernetes.Tests.Resources;

/// <summary>Draws statuses and evidence, with every field in use.</summary>
internal static class Generators
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '\u00ff'], 0, 20];
    private static readonly Gen<string> Word = Gen.String[Gen.Char['a', 'z'], 1, 10];
    private static readonly Gen<DateTimeOffset> Time = Gen.Long[0, DateTimeOffset.MaxValue.UtcTicks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
    private static readonly Gen<TimeSpan> Span = Gen.Long[0, TimeSpan.FromDays(3650).Ticks].Select(TimeSpan.FromTicks);
    private static readonly Gen<Revision> Hash = Word.Select(word => new Revision(word));
    private static readonly Gen<Weight> Percent = Gen.Int[0, 100].Select(percent => new Weight(percent));
    private static readonly Gen<double> Number = Gen.OneOf(Gen.Double, Pick(0.0, -0.0, 1e300, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 3));

    private static readonly Gen<Step> Steps = Gen.OneOf(
        Percent.Select(weight => (Step)new Step.SetWeight(weight)),
        Maybe(Span).Select(duration => (Step)new Step.Pause(duration)),
        Gen.Select(Span, Span).Select(pair => (Step)new Step.Analyze(pair.Item1, pair.Item2)));

    private static readonly Gen<AnalysisSpec> Analysis = Gen.Select(Span, Span, List(Gen.Select(Word, Gen.Bool).Select(pair => new TemplateReference(pair.Item1, pair.Item2))), Gen.Double[0.0001, 0.5])
        .Select(drawn => new AnalysisSpec
        {
            Interval = drawn.Item1,
            WarmUp = drawn.Item2,
            Templates = drawn.Item3,
            Arguments = [new TemplateArgument("a", "1.10")],
            FalseRollback = drawn.Item4,
            OnInconclusive = InconclusivePolicy.RollBack,
            Baseline = drawn.Item4 > 0.25 ? BaselineKind.Fresh : BaselineKind.Stable,
            BaselineReplicas = drawn.Item4 > 0.4 ? 3 : null,
        });

    private static readonly Gen<RolloutSpec> Plan = Gen.Select(Word, List(Steps), Analysis, Span, Gen.Bool).Select(drawn => new RolloutSpec
    {
        Deployment = drawn.Item1,
        Service = drawn.Item1,
        Traffic = new TrafficSpec { VirtualServices = [new VirtualServiceReference(drawn.Item1, ["a", "b"])], DestinationRule = drawn.Item1, Propagation = drawn.Item4 },
        Steps = drawn.Item2,
        Analysis = drawn.Item3,
        RevertTemplate = drawn.Item5,
        OnDelete = drawn.Item5 ? OnDelete.Orphan : OnDelete.Restore,
        Notifications = [new NotificationRule(new NotificationTarget(drawn.Item1, drawn.Item5 ? drawn.Item1 : null), NotificationRule.UsualEvents, Severity.Warning)],
    });

    private static readonly Gen<Arm> Arms = Gen.Select(Hash, Word, Text, Maybe(Time)).Select(drawn => new Arm(drawn.Item1, drawn.Item2, drawn.Item3, drawn.Item4));

    private static readonly Gen<Journey> Journeys = Gen.Select(Gen.Enum<Stage>(), Gen.Int[0, 9], Time, Maybe(Time), Gen.Bool, Maybe(Gen.Enum<Outcome>()), Optional(Text), Gen.Select(Maybe(Hash), Optional(Arms))).Select(drawn => new Journey
    {
        Stage = drawn.Item1,
        Step = drawn.Item2,
        EnteredAt = drawn.Item3,
        ShortSince = drawn.Item4,
        MostAvailable = drawn.Item2,
        HeldSince = drawn.Item4,
        HandOverSentAt = drawn.Item4,
        Express = drawn.Item5,
        ByCommand = !drawn.Item5,
        By = drawn.Item7,
        Outcome = drawn.Item6,
        RetreatOrdered = drawn.Item5,
        Reason = drawn.Item7,
        Next = drawn.Item8.Item1,
        Baseline = drawn.Item8.Item2,
        AnalysisRun = drawn.Item7,
        ExposedSince = drawn.Item4,
        NoDataSince = drawn.Item4,
    });

    private static readonly Gen<CommandStatus> Commands = Gen.Select(Text, Optional(Word), Maybe(Gen.Enum<CommandVerb>()), Time, Maybe(Hash), Gen.Enum<CommandResult>(), Gen.Bool).Select(drawn => new CommandStatus
    {
        Raw = drawn.Item1,
        Id = drawn.Item2,
        Verb = drawn.Item3,
        By = drawn.Item2,
        At = drawn.Item4,
        Revision = drawn.Item5,
        Result = drawn.Item6,
        Message = drawn.Item1,
        Pending = drawn.Item7,
    });

    private static readonly Gen<HistoryEntry> Entries = Gen.Select(Hash, Text, Gen.Enum<Outcome>(), Optional(Word), Maybe(Time), Time, Maybe(Hash))
        .Select(drawn => new HistoryEntry(drawn.Item1, drawn.Item2, drawn.Item3, drawn.Item2, drawn.Item4, drawn.Item5, drawn.Item6, drawn.Item7));

    private static readonly Gen<Condition> Conditions = Gen.Select(Word, Maybe(Gen.Bool), Word, Text, Time)
        .Select(drawn => new Condition(drawn.Item1, drawn.Item2, drawn.Item3, drawn.Item4, drawn.Item5));

    /// <summary>Statuses of rollouts.</summary>
    public static Gen<RolloutStatus> Status { get; } =
        from phase in Gen.Enum<Phase>()
        from text in Text
        from plan in Optional(Plan)
        from stable in Optional(Arms)
        from candidate in Optional(Arms)
        from refused in Optional(Gen.Select(Arms, Gen.Bool, Text).Select(drawn => new Refusal(drawn.Item1, drawn.Item2, drawn.Item3)))
        from journey in Optional(Journeys)
        from traffic in Optional(Gen.Select(Hash, Hash, Percent, Maybe(Time), Optional(Gen.Select(Hash, Gen.Bool).Select(pair => new BaselineTraffic(pair.Item1, pair.Item2)))).Select(drawn => new TrafficStatus(drawn.Item1, drawn.Item2, drawn.Item3, drawn.Item4, drawn.Item5)))
        from pause in Optional(Gen.Select(Gen.Enum<PauseReason>(), Time, Maybe(Time), Optional(Word)).Select(drawn => new PauseStatus(drawn.Item1, drawn.Item2, drawn.Item3, drawn.Item4)))
        from verdict in Optional(Gen.Select(Gen.Enum<VerdictState>(), Text, Optional(Word)).Select(drawn => new VerdictStatus(drawn.Item1, drawn.Item2, drawn.Item3)))
        from retiring in List(Gen.Select(Hash, Time).Select(drawn => new RetiringRevision(drawn.Item1, drawn.Item2)))
        from command in Optional(Commands)
        from words in List(Word)
        from history in List(Entries)
        from conditions in List(Conditions)
        from original in Optional(Gen.Select(Gen.Bool, Optional(Text)).Select(drawn => new Original(drawn.Item1, drawn.Item2)))
        from times in List(Time)
        from since in Maybe(Time)
        from flag in Gen.Bool
        from number in Gen.Int[0, 1000]
        select new RolloutStatus
        {
            Phase = phase,
            Message = text,
            ObservedGeneration = number,
            Plan = plan,
            Stable = stable,
            Candidate = candidate,
            Refused = refused,
            Journey = journey,
            Traffic = traffic,
            Pause = pause,
            Verdict = verdict,
            Retiring = retiring,
            LastCommand = command,
            CommandIds = words,
            RestartStamp = flag ? text : null,
            History = history,
            Conditions = conditions,
            Original = original,
            DriftAt = times,
            StalledSince = since,
            UnpausedSeen = flag,
            NativeSeen = !flag,
            OwnSurge = flag ? null : text,
            ReleasingSince = since,
            Attempts = number,
            Problems = words.Select(word => new Problem(word, text)).ToValueList(),
            Learned = words.Select(word => new MetricMemory(word, [number, 0.5])).ToValueList(),
            Outbox = words.Select(word => Notification(word, text, number, since)).ToValueList(),
            Notified = number,
            Messages = words.Select(word => new SentMessage(word, number, text)).ToValueList(),
        };

    private static Notification Notification(string word, string text, int number, DateTimeOffset? since) => new()
    {
        Number = number,
        At = since ?? DateTimeOffset.UnixEpoch,
        Event = NotificationEvent.RolledBack,
        Severity = Severity.Critical,
        Reason = word,
        Sentence = text,
        Attempt = number,
        Facts = new RolloutFacts
        {
            Phase = word,
            Stable = new Revision(word),
            StableImage = text,
            Weight = new Weight(5),
            Step = number,
            Steps = number,
            StartedAt = since,
            Exposed = since is null ? null : TimeSpan.FromSeconds(number),
            CandidateRequests = number,
            By = text,
            AnalysisRun = word,
            Next = [word],
            Metrics = [new MetricLine(word, MetricUnit.Milliseconds, number, null, 0.5, null, double.MaxValue, true)],
        },
        Waiting = [new NotificationTarget(word, null, text)],
    };

    /// <summary>Evidence.</summary>
    public static Gen<AnalysisState> State { get; } =
        from at in Maybe(Time)
        from numbers in List(Number)
        from stable in Number
        from weight in Percent
        from pods in List(Gen.Select(Word, Gen.Enum<ArmName>(), Text, List(Number), Time).Select(drawn => new PodMemory(drawn.Item1, drawn.Item2, drawn.Item3, drawn.Item4, drawn.Item5)))
        from last in Gen.Enum<MeasurementState>()
        from names in List(Word)
        select new AnalysisState
        {
            RoundAt = at,
            EvidenceAt = at,
            Share = new ShareCount(weight, stable, double.IsNaN(stable) ? stable : -stable),
            Steps = at is null ? null : new StakedSteps(names.Count, 1),
            StepEndsAt = at,
            Metrics = names.Select(name => new MetricState
            {
                Name = name,
                Pods = pods,
                UpperBounds = numbers,
                Tests = [new TestNumbers(name, numbers), new TestNumbers("empty", [])],
                Stable = numbers,
                Candidate = [stable],
                Terms = at is null ? null : new MetricTerms(stable, DispersionBasis.Measured, true),
                Blocks = at is { } end ? [new BlockRecord(end, 5, weight, true, numbers, [stable])] : [],
                Learned = numbers,
                Tripped = at is null ? null : name,
                Last = last,
                LastReason = last == MeasurementState.Value ? null : name,
            }).ToValueList(),
        };

    /// <summary>One of several values.</summary>
    public static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static Gen<T?> Maybe<T>(Gen<T> drawn)
        where T : struct => Gen.Select(Gen.Bool, drawn).Select(pair => pair.Item1 ? pair.Item2 : (T?)null);

    private static Gen<T?> Optional<T>(Gen<T> drawn)
        where T : class => Gen.Select(Gen.Bool, drawn).Select(pair => pair.Item1 ? pair.Item2 : null);

    private static Gen<ValueList<T>> List<T>(Gen<T> drawn) => drawn.List[0, 3].Select(items => items.ToValueList());
}

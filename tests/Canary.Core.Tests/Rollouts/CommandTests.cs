using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class CommandTests
{
    /// <summary>Every place, and for each verb (promote, resume, pause, abort, retry, rollback, restart) whether it is Accepted or Refused there.</summary>
    private static readonly (string Place, Func<World> At, string Results)[] Table =
    [
        ("before adoption", () => new World(), "RRRRRRR"),
        ("idle", () => Adopted(), "RRRRRRA"),
        ("idle after a promotion", Promoted, "RRRRRAA"),
        ("preparing", Preparing, "ARAARAR"),
        ("at a weight", () => AtWeight(50), "ARAARAR"),
        ("paused by a person", PausedByPerson, "AAAARAR"),
        ("paused by the plan", () => PausedByPlan(), "AAAARAR"),
        ("inconclusive", Inconclusive, "AAAARAR"),
        ("stalled", () => Stalled(50), "AAAARAR"),
        ("switching the subset", () => Promoting(Stage.SwitchingSubset), "ARAARAR"),
        ("resetting the weights", () => Promoting(Stage.ResettingWeights), "ARAARAR"),
        ("handing over", () => Promoting(Stage.HandingOver), "ARAARAR"),
        ("hand-over sent", HandOverSent, "ARRARAR"),
        ("retreating", Retreating, "RRRARAR"),
        ("degraded", Degraded, "RRRRARR"),
        ("native update", Native, "RRRARAR"),
        ("being deleted", Deleting, "RRRARRR"),
    ];

    public static TheoryData<string, CommandVerb, CommandResult> Cases
    {
        get
        {
            var cases = new TheoryData<string, CommandVerb, CommandResult>();
            foreach (var (place, _, results) in Table)
            {
                foreach (var verb in Enum.GetValues<CommandVerb>())
                {
                    cases.Add(place, verb, results[(int)verb] == 'A' ? CommandResult.Accepted : CommandResult.Refused);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decide_VerbAtPlace_IsAcceptedOrRefusedWithASentence(string place, CommandVerb verb, CommandResult expected)
    {
        var world = Table.Single(row => row.Place == place).At();
        Write(world, verb, by: "alice");

        var decision = RolloutMachine.Decide(world.Observe());

        var command = decision.Status.LastCommand!;
        Assert.True(expected == command.Result, command.Message);
        Assert.Equal((verb, "alice", world.Now), (command.Verb!.Value, command.By, command.At));
        Assert.NotEmpty(command.Message);
        Assert.Contains(new Effect.ClearCommand(world.Command!.Raw), decision.Effects);
        var told = Assert.Single(decision.Announcements, announcement => announcement.Reason is "CommandAccepted" or "CommandRefused");
        Assert.Equal(expected == CommandResult.Refused, told.Warning);
    }

    /// <summary>In every phase an abort takes all requests from the candidate, at once or, once the hand-over has been sent, as soon as it is done.</summary>
    [Theory]
    [InlineData("preparing")]
    [InlineData("at a weight")]
    [InlineData("paused by a person")]
    [InlineData("paused by the plan")]
    [InlineData("inconclusive")]
    [InlineData("stalled")]
    [InlineData("switching the subset")]
    [InlineData("resetting the weights")]
    [InlineData("handing over")]
    [InlineData("retreating")]
    public void Decide_AbortAtPlace_TakesAllTrafficInOnePass(string place)
    {
        var world = Table.Single(row => row.Place == place).At();
        Write(world, CommandVerb.Abort);

        world.Pass();

        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(V1, world.StableSubset);
    }

    [Fact]
    public void Decide_AbortWithTemplateMissingAndSpecInvalid_GoesThrough()
    {
        var world = AtWeight(50);
        world.Metrics = null;
        world.Spec = null;
        world.Verdict = null;

        Order(world, CommandVerb.Abort, by: "alice", reason: "errors in the shop");

        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal("aborted by alice: errors in the shop", world.Status.History[0].Reason);
        Assert.Equal("alice", world.Status.History[0].By);
    }

    [Fact]
    public void Decide_PauseThenResume_ContinuesTheSameStep()
    {
        var world = AtWeight(50);
        var step = world.Status.Journey!.Step;
        Order(world, CommandVerb.Pause, by: "alice");
        Passing(world);
        world.Run(TimeSpan.FromHours(2));
        Assert.Equal((Phase.Paused, step), (world.Status.Phase, world.Status.Journey!.Step));
        Assert.Contains("paused by alice", world.Status.Message, StringComparison.Ordinal);

        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now);
        Order(world, CommandVerb.Resume);

        Assert.Equal((Phase.Progressing, step), (world.Status.Phase, world.Status.Journey!.Step));
    }

    [Fact]
    public void Decide_ResumeFromAStepsPause_GoesToTheNextStep()
    {
        var world = PausedByPlan();

        Order(world, CommandVerb.Resume);
        world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(100, world.CandidateWeight);
    }

    [Fact]
    public void Decide_PauseWhileAPersonIsAwaited_NeedsOneResumeOnly()
    {
        var world = Inconclusive();
        Order(world, CommandVerb.Pause);

        Order(world, CommandVerb.Resume);
        world.Run(TimeSpan.FromSeconds(10));

        Assert.Null(world.Status.Pause);
        Assert.Equal(50, world.CandidateWeight);
    }

    [Fact]
    public void Decide_PauseDuringATimedPause_OutlastsIt()
    {
        var world = PausedByPlan(TimeSpan.FromMinutes(10));
        Order(world, CommandVerb.Pause);

        world.Run(TimeSpan.FromMinutes(20));
        Assert.Equal(50, world.CandidateWeight);
        Order(world, CommandVerb.Resume);
        world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(100, world.CandidateWeight);
    }

    [Fact]
    public void Decide_Promote_LeavesThePlanAsideAndKeepsTheWeightUntilThePodsAreThere()
    {
        var world = AtWeight(5);

        Order(world, CommandVerb.Promote, by: "alice");
        Assert.Equal(5, world.CandidateWeight);
        Assert.True(world.RunUntil(w => w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" }, TimeSpan.FromMinutes(2)), world.Status.Message);

        Assert.Equal("promoted by alice", world.Status.History[0].Reason);
    }

    [Fact]
    public void Decide_PromoteWhileTheVerdictFails_GoesBackNevertheless()
    {
        var world = AtWeight(5);
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);

        Order(world, CommandVerb.Promote);

        Assert.Equal(0, world.CandidateWeight);
    }

    [Theory]
    [InlineData(CommandVerb.Promote)]
    [InlineData(CommandVerb.Resume)]
    [InlineData(CommandVerb.Pause)]
    [InlineData(CommandVerb.Abort)]
    public void Decide_NamesARevisionThatIsNoLongerTheCandidate_IsRefused(CommandVerb verb)
    {
        var world = PausedByPerson();

        var command = Order(world, verb, revision: "v9");

        Assert.Equal(CommandResult.Refused, command.Result);
        Assert.Contains("v9 is no longer the candidate; v2 is", command.Message, StringComparison.Ordinal);
        Assert.NotNull(world.Status.Journey);
    }

    [Fact]
    public void Decide_SameIdTwice_RunsOnce()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Pause, id: "7");
        Order(world, CommandVerb.Resume, id: "8");

        var again = Order(world, CommandVerb.Pause, id: "7");

        Assert.Equal(CommandResult.Refused, again.Result);
        Assert.Null(world.Status.Pause);
    }

    [Fact]
    public void Decide_RefusedIdAgain_IsJudgedAnew()
    {
        var world = Adopted();
        Order(world, CommandVerb.Abort, id: "7");
        world.Deployment!.Template = "v2";
        world.Settle();

        var command = Order(world, CommandVerb.Abort, id: "7");

        Assert.Equal(CommandResult.Accepted, command.Result);
    }

    [Fact]
    public void Decide_TheSameIdManyTimes_IsRememberedOnce()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Pause, id: "first");
        for (var i = 0; i < 30; i++)
        {
            Order(world, CommandVerb.Resume, id: "again");
        }

        Assert.Equal(["first", "again"], world.Status.CommandIds);
    }

    [Fact]
    public void Decide_BareVerbWhilePending_IsNotRunTwice()
    {
        var world = AtWeight(50);
        Write(world, CommandVerb.Pause);
        world.Pass(effects: 0);
        var at = world.Status.LastCommand!.At;
        world.Step(TimeSpan.FromSeconds(5));

        world.Pass(effects: 0);

        Assert.Equal(at, world.Status.LastCommand!.At);
        Assert.Equal(1, Times(world, "CommandAccepted"));
    }

    [Fact]
    public void Decide_BareVerbAgainAfterItWasRemoved_RunsAgain()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Pause);
        Order(world, CommandVerb.Resume);

        Order(world, CommandVerb.Pause);

        Assert.NotNull(world.Status.Pause);
    }

    [Fact]
    public void Decide_AnnotationReplacedBeforeItWasRemoved_RunsTheNewOne()
    {
        var world = AtWeight(50);
        Write(world, CommandVerb.Pause);
        world.Pass(effects: 0);
        Write(world, CommandVerb.Abort);

        world.Settle();

        Assert.Equal(CommandVerb.Abort, world.Status.LastCommand!.Verb);
        Assert.Equal(0, world.CandidateWeight);
    }

    [Fact]
    public void Decide_TextNotUnderstood_IsRefusedWithWhatIsWrong()
    {
        var world = Adopted();
        world.Command = new Command { Raw = "abrot", Problem = "abrot is no verb" };

        world.Settle();

        Assert.Equal((CommandResult.Refused, "abrot is no verb"), (world.Status.LastCommand!.Result, world.Status.LastCommand.Message));
        Assert.Null(world.Command);
    }

    [Fact]
    public void Decide_RollbackTwice_DoesNotUndoItself()
    {
        var world = Promoted();
        Order(world, CommandVerb.Rollback);

        var second = Order(world, CommandVerb.Rollback);

        Assert.Equal(CommandResult.Accepted, second.Result);
        Assert.True(world.RunUntil(w => w.Status is { Journey: null, Stable.Revision.Hash: "v1" }, TimeSpan.FromMinutes(2)), world.Status.Message);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("1")]
    public void Decide_RollbackToANamedRevisionOrItsNumber_GoesThere(string revision)
    {
        var world = Promoted();

        var command = Order(world, CommandVerb.Rollback, revision: revision);

        Assert.Equal(CommandResult.Accepted, command.Result);
        Assert.Equal(V1, world.Status.Candidate!.Revision);
        Assert.True(world.Status.Journey is { Express: true, ByCommand: true, AnalysisRun: null });
    }

    [Fact]
    public void Decide_RollbackToAnUnknownRevision_NamesWhatThereIs()
    {
        var world = Promoted();

        var command = Order(world, CommandVerb.Rollback, revision: "v7");

        Assert.Contains("there is no ReplicaSet of revision v7; there are: v1", command.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_RollbackInFlightToAnOlderRevision_GoesBackFirstAndThenThere()
    {
        var world = Promoted();
        world.Deployment!.Template = "v3";
        Assert.True(world.RunUntil(w => w.CandidateWeight == 5, TimeSpan.FromMinutes(5)));

        Order(world, CommandVerb.Rollback, revision: "v1");

        Assert.Equal(0, world.CandidateWeight);
        Assert.Equal(V1, world.Status.Candidate!.Revision);
        Assert.True(world.RunUntil(w => w.Status is { Journey: null, Stable.Revision.Hash: "v1" }, TimeSpan.FromMinutes(2)), world.Status.Message);
    }

    [Fact]
    public void Decide_RollbackAbortedAfterItSetTheTemplate_DoesNotComeBackAsARollout()
    {
        var world = Promoted();
        Order(world, CommandVerb.Rollback);
        Assert.True(world.RunUntil(w => w.Status.Journey?.Stage == Stage.ResettingWeights, TimeSpan.FromMinutes(2)));
        world.Find("v1")!.Pods[0].ReadyAt = world.Now + TimeSpan.FromHours(1);
        Assert.True(world.RunUntil(w => w.Deployment!.Template == "v1", TimeSpan.FromMinutes(1)));

        Order(world, CommandVerb.Abort);
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Null(world.Status.Journey);
        Assert.Equal((Phase.Degraded, "v2"), (world.Status.Phase, world.Status.Stable!.Revision.Hash));
    }

    [Fact]
    public void Decide_RevisionRolledBackByAPerson_StaysRefusedWhenTheTemplateLeavesAndReturns()
    {
        var world = Promoted();
        Order(world, CommandVerb.Rollback);
        Assert.True(world.RunUntil(w => w.Status is { Journey: null, Stable.Revision.Hash: "v1" }, TimeSpan.FromMinutes(2)));
        world.Run(TimeSpan.FromSeconds(5));
        world.Deployment!.Template = "v2";
        world.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(Phase.Degraded, world.Status.Phase);

        Order(world, CommandVerb.Retry);

        Assert.Equal(V2, world.Status.Candidate!.Revision);
        Assert.False(world.Status.Journey!.Express);
    }

    [Fact]
    public void Decide_Restart_StampsTheTemplateAndRunsAsARollout()
    {
        var world = Adopted();

        Order(world, CommandVerb.Restart);

        Assert.Equal("2026-01-01T12:00:40Z", world.Deployment!.RestartStamp);
        Assert.Equal("v1r", world.Status.Candidate!.Revision.Hash);
        Assert.Null(world.Status.RestartStamp);
    }

    [Fact]
    public void Decide_StampRefusedAndTemplateChanged_TheNewTemplateStarts()
    {
        var world = Adopted();
        Write(world, CommandVerb.Restart);
        world.Pass(effects: 0);
        world.Deployment!.Template = "v2";

        world.Pass(effects: 0);

        Assert.Equal(V2, world.Status.Candidate!.Revision);
        Assert.Null(world.Status.RestartStamp);
    }

    [Fact]
    public void Decide_Retry_ForgetsTheRefusal()
    {
        var world = Degraded();

        Order(world, CommandVerb.Retry);

        Assert.Equal((V2, Stage.Preparing), (world.Status.Candidate!.Revision, world.Status.Journey!.Stage));
        Assert.Null(world.Status.Refused);
    }

    [Fact]
    public void Decide_RetryOfAnotherRevision_IsRefused()
    {
        var world = Degraded();

        Assert.Equal(CommandResult.Refused, Order(world, CommandVerb.Retry, revision: "v7").Result);
    }

    [Fact]
    public void Decide_AbortWhileIdleWithStrayWeights_PutsThemBack()
    {
        var world = Adopted();
        for (var i = 0; i < 3; i++)
        {
            Drift(world, 50, 50);
            world.Settle();
        }

        Assert.Equal(CommandResult.Accepted, Order(world, CommandVerb.Abort).Result);

        Assert.Equal(0, world.CandidateWeight);
    }

    internal static World PausedByPlan(TimeSpan? duration = null)
    {
        var world = Adopted(4, TestSpecs.Default with { Steps = [new Step.SetWeight(new Weight(50)), new Step.Pause(duration), new Step.SetWeight(Weight.Full), new Step.Analyze(TimeSpan.FromHours(1), TimeSpan.FromHours(2))] });
        world.Deployment!.Template = "v2";
        Assert.True(world.RunUntil(w => w.Status.Pause?.Reason == PauseReason.Step, TimeSpan.FromMinutes(5)));
        return world;
    }

    private static World PausedByPerson()
    {
        var world = AtWeight(50);
        Order(world, CommandVerb.Pause);
        return world;
    }

    private static World Deleting()
    {
        var world = AtWeight(50);
        world.Deleting = true;
        return world;
    }
}

using System.Runtime.CompilerServices;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Engine.Reconciling;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Reconciling;

public sealed class EffectGroupsTests
{
    private static readonly Snapshot Seen = new()
    {
        Observation = new Observation
        {
            At = DateTimeOffset.UnixEpoch,
            Key = Checkout,
            ReplicaSets = [new ReplicaSetObservation { Name = "two", Revision = Two, Owner = Owner.Rollout, Replicas = 3 }],
        },
        Version = "1",
        Uid = "u",
    };

    public static TheoryData<Effect, string, bool> Cases => new()
    {
        { Lower, nameof(EffectGroup.Traffic), false },
        { new Effect.PointSubsets(One, One, Retreat: true), nameof(EffectGroup.Traffic), false },
        { Raise, nameof(EffectGroup.Traffic), true },
        { Raise, nameof(EffectGroup.Workload), false },
        { Create, nameof(EffectGroup.Workload), true },
        { Create, nameof(EffectGroup.Traffic), false },
        { new Effect.ScaleReplicaSet("two", 1), nameof(EffectGroup.Traffic), true },
        { new Effect.ScaleReplicaSet("two", 5), nameof(EffectGroup.Traffic), false },
        { new Effect.DeleteReplicaSet("two"), nameof(EffectGroup.Traffic), true },
        { new Effect.HandOver("two", 3, 4), nameof(EffectGroup.Traffic), true },
        { new Effect.RemoveFinalizer(), nameof(EffectGroup.Command), true },
        { new Effect.ClearCommand("x"), nameof(EffectGroup.Traffic), false },
        { Create, nameof(EffectGroup.Finalizer), true },
        { Lower, nameof(EffectGroup.Finalizer), false },
    };

    [Fact]
    public void Of_EveryEffect_HasAGroup()
    {
        var effects = typeof(Effect).GetNestedTypes().Where(type => type.IsAssignableTo(typeof(Effect))).ToList();

        Assert.True(effects.Count > 10);
        Assert.All(effects, type => Assert.True(Enum.IsDefined(EffectGroups.Of((Effect)RuntimeHelpers.GetUninitializedObject(type)))));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Waits_AfterAFailure_AsTheTableSays(Effect effect, string failed, bool waits) =>
        Assert.Equal(waits, EffectGroups.Waits(Seen, effect, new HashSet<EffectGroup> { Enum.Parse<EffectGroup>(failed) }));

    [Fact]
    public void Waits_NothingFailed_Never() => Assert.False(EffectGroups.Waits(Seen, new Effect.RemoveFinalizer(), new HashSet<EffectGroup>()));
}

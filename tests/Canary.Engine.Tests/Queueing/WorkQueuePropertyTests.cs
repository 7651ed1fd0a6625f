using System.Collections.Concurrent;
using Canary.Core;
using Canary.Engine.Queueing;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Canary.Engine.Tests.Queueing;

public sealed class WorkQueuePropertyTests
{
    private static readonly RolloutKey[] Keys = [.. Enumerable.Range(0, 4).Select(each => new RolloutKey("n", $"r{each}"))];

    private enum Verb
    {
        Add,
        AddUrgent,
        AddAfter,
        BackOff,
        Hold,
        Take,
        TakeUrgent,
        Done,
        Advance,
    }

    [Fact]
    public void Queue_AnyOrderOfCalls_NeverHandsOutAKeyTwiceAtOnceAndLosesNothing() =>
        Gen.Select(Gen.Enum<Verb>(), Gen.Int[0, 3], Gen.Int[0, 500]).Array[1, 80].Sample(Run);

    [Fact]
    public async Task Queue_ManyThreads_NeverTwoWorkersOnAKeyAndTheLastAddIsSeen()
    {
        var token = TestContext.Current.CancellationToken;
        using var queue = new WorkQueue(TimeProvider.System, new BackOff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(4), new Random(1)));
        var written = new int[Keys.Length];
        var seen = new int[Keys.Length];
        var inside = new int[Keys.Length];
        var faults = new ConcurrentQueue<string>();
        var workers = Enumerable.Range(0, 6).Select(worker => Task.Run(
            async () =>
            {
                while (await queue.TakeAsync(worker == 0, token) is { } item)
                {
                    var key = Array.IndexOf(Keys, item.Key);
                    if (Interlocked.Increment(ref inside[key]) != 1)
                    {
                        faults.Enqueue($"two workers on {item.Key}");
                    }

                    seen[key] = Volatile.Read(ref written[key]);
                    await Task.Yield();
                    Interlocked.Decrement(ref inside[key]);
                    queue.Done(item);
                }
            },
            token)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(producer => Task.Run(
            () =>
            {
                var random = new Random(producer);
                for (var change = 0; change < 5_000; change++)
                {
                    var key = random.Next(Keys.Length);
                    Interlocked.Increment(ref written[key]);
                    switch (random.Next(4))
                    {
                        case 0:
                            queue.Add(Keys[key], urgent: true);
                            break;
                        case 1:
                            queue.AddBackingOff(Keys[key]);
                            break;
                        default:
                            queue.Add(Keys[key]);
                            break;
                    }
                }
            },
            token)));
        foreach (var key in Keys)
        {
            queue.Add(key);
        }

        await queue.WhenIdleAsync(token).WaitAsync(TimeSpan.FromSeconds(30), token);
        queue.Complete();
        await Task.WhenAll(workers);

        Assert.Empty(faults);
        Assert.Equal(written, seen);
    }

    private static void Run((Verb Verb, int Key, int Milliseconds)[] calls)
    {
        var time = new FakeTimeProvider();
        using var queue = new WorkQueue(time, new BackOff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), new Random(1)));
        var owed = new HashSet<RolloutKey>();
        var urgent = new HashSet<RolloutKey>();
        var running = new Dictionary<RolloutKey, WorkItem>();

        foreach (var (verb, number, milliseconds) in calls)
        {
            var key = Keys[number];
            var wait = TimeSpan.FromMilliseconds(milliseconds);
            switch (verb)
            {
                case Verb.Add:
                    queue.Add(key);
                    owed.Add(key);
                    break;
                case Verb.AddUrgent:
                    queue.Add(key, urgent: true);
                    owed.Add(key);
                    urgent.Add(key);
                    Assert.True(!running.TryGetValue(key, out var overtaken) || overtaken.Overtaken.IsCancellationRequested);
                    break;
                case Verb.AddAfter:
                    queue.AddAfter(key, wait);
                    owed.Add(key);
                    break;
                case Verb.BackOff:
                    queue.AddBackingOff(key);
                    owed.Add(key);
                    break;
                case Verb.Hold:
                    queue.Hold(key, wait);
                    owed.Add(key);
                    break;
                case Verb.Take or Verb.TakeUrgent:
                    Take(verb == Verb.TakeUrgent);
                    break;
                case Verb.Done when running.Remove(key, out var item):
                    queue.Done(item);
                    break;
                case Verb.Advance:
                    time.Advance(wait);
                    break;
            }
        }

        // Whatever was asked for comes in the end.
        for (var round = 0; owed.Count > 0 || running.Count > 0; round++)
        {
            Assert.True(round < 100, $"still owed: {string.Join(", ", owed)}");
            foreach (var item in running.Values)
            {
                queue.Done(item);
            }

            running.Clear();
            time.Advance(TimeSpan.FromSeconds(1));
            while (Take(urgentOnly: false))
            {
            }
        }

        bool Take(bool urgentOnly)
        {
            using var impatient = new CancellationTokenSource();
            var taking = queue.TakeAsync(urgentOnly, impatient.Token);
            if (!taking.IsCompleted)
            {
                impatient.Cancel();
                Assert.DoesNotContain(urgent, key => !running.ContainsKey(key));
                return false;
            }

            var item = taking.GetAwaiter().GetResult()!;
            Assert.True(running.TryAdd(item.Key, item), $"{item.Key} was handed out twice");
            Assert.True(owed.Remove(item.Key), $"nobody asked for {item.Key}");
            Assert.True(item.Urgent || !urgent.Any(key => !running.ContainsKey(key)), "an ordinary rollout came before an urgent one");
            urgent.Remove(item.Key);
            return true;
        }
    }
}
